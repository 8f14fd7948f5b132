variable "jobs" {
  description = "Scheduler jobs by name, as in config/schedules.yaml."
  type = map(object({
    topic       = string
    cron        = string
    zone        = string
    description = string
    retries     = optional(number, 3)
  }))
  nullable = false

  validation {
    condition     = alltrue([for job in var.jobs : contains(["America/New_York", "Etc/UTC"], job.zone)])
    error_message = "A job's zone must be America/New_York, where the games are, or Etc/UTC, which has no DST."
  }

  validation {
    condition     = alltrue([for job in var.jobs : can(regex("^([0-9*,/-]+ ){4}[0-9*,/-]+$", job.cron))])
    error_message = "A job's cron must have five fields of digits, *, comma, - and /."
  }

  validation {
    condition     = alltrue([for job in var.jobs : job.retries >= 1 && job.retries <= 5])
    error_message = "A job's retries must be 1 to 5: without any, one failed publish is a lost tick."
  }
}

variable "scrapers" {
  description = "Scrapers by name, as in config/scrapers.yaml: where each asks, and the raw table that it feeds."
  type = map(object({
    source = string
    table  = optional(string)
  }))
  nullable = false
}

variable "sources" {
  description = "Sources by name, as in config/sources.yaml."
  type = map(object({
    secret = optional(string)
  }))
  nullable = false
}

variable "tables" {
  description = "Tables by name, as in config/tables/*.json; `fields` as JSON text."
  type = map(object({
    dataset         = string
    description     = string
    partition       = object({ field = string, type = string })
    clustering      = list(string)
    expiration_days = optional(number)
    fields          = string
  }))
  nullable = false

  validation {
    condition     = alltrue([for table in var.tables : length(table.clustering) <= 4])
    error_message = "BigQuery clusters by four columns at most."
  }

  validation {
    condition = alltrue([
      for table in var.tables : alltrue([
        for column in concat([table.partition.field], table.clustering) :
        contains(jsondecode(table.fields)[*].name, column)
      ])
    ])
    error_message = "A table is partitioned and clustered by columns that it has."
  }
}

variable "views" {
  description = "SQL of the views by name, as in config/views/*.sql; raw_latest is the one that each raw table gets."
  type        = map(string)
  nullable    = false
}
