variable "archive" {
  description = "Dead letters are also written to an archive bucket, and raw files move to cold storage after so many days."
  type = object({
    enabled         = optional(bool, false)
    cold_after_days = optional(number, 180)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.archive.cold_after_days >= 90
    error_message = "archive.cold_after_days must be 90 or more: until then raw files are read again."
  }
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to delete tables and non-empty buckets. Set it false, apply, then destroy."
  type        = bool
  default     = true
  nullable    = false
}

variable "environment" {
  description = "Name of this deployment in every row."
  type        = string
  default     = "prod"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.environment))
    error_message = "environment must be 2 to 21 small letters, digits and hyphens, such as prod or dev."
  }
}

variable "functions" {
  description = "How the functions are built and reached: folder of the zips (`tipoff package`), runtime, ingress, warm instances by function."
  type = object({
    packages      = optional(string, "../dist")
    runtime       = optional(string, "python311")
    ingress       = optional(string, "ALLOW_ALL")
    min_instances = optional(map(number), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["python311", "python312", "python313"], var.functions.runtime)
    error_message = "functions.runtime must be python311 (what the tests run on), python312 or python313."
  }

  validation {
    condition     = contains(["ALLOW_ALL", "ALLOW_INTERNAL_ONLY"], var.functions.ingress)
    error_message = "functions.ingress must be ALLOW_ALL (IAM decides who may call) or ALLOW_INTERNAL_ONLY (`gcloud functions call` then fails)."
  }

  validation {
    condition     = alltrue([for n in values(var.functions.min_instances) : n >= 0 && n <= 1])
    error_message = "functions.min_instances must be 0 or 1 for each function: one warm instance is enough."
  }
}

variable "legacy_pubsub_agent" {
  description = "Whether Pub/Sub was first used in the project before 8 April 2021: its agent then needs to be allowed to make the push tokens."
  type        = bool
  default     = false
  nullable    = false
}

variable "location" {
  description = "Where datasets and buckets are: a multi-region or a region."
  type        = string
  default     = "US"
  nullable    = false
}

variable "notifications" {
  description = "Who is told of alerts: addresses, for each of which a channel is made, and names of channels that exist (projects/P/notificationChannels/N)."
  type = object({
    emails   = optional(list(string), [])
    channels = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for email in var.notifications.emails : can(regex("^[^@ ]+@[^@ ]+$", email))])
    error_message = "notifications.emails must be e-mail addresses."
  }

  validation {
    condition     = alltrue([for name in var.notifications.channels : can(regex("^projects/[^/]+/notificationChannels/[^/]+$", name))])
    error_message = "notifications.channels must be full names: projects/P/notificationChannels/N."
  }
}

variable "operators" {
  description = "Who may call the functions, publish to the topics, replay dead letters and read tables and buckets, as IAM members (user:ann@example.org, group:...)."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for member in var.operators : can(regex("^(user|group|serviceAccount):[^@ ]+@[^@ ]+$", member))])
    error_message = "operators must be user:, group: or serviceAccount: with an address. Nothing here is public."
  }
}

variable "project_id" {
  description = "The Google Cloud project that everything is made in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be the project's id: 6 to 30 small letters, digits and hyphens, not its number or name."
  }
}

variable "region" {
  description = "Where functions and scheduler jobs run."
  type        = string
  default     = "us-central1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a region such as us-central1."
  }
}

variable "schedulers_paused" {
  description = "Off-season and first deployment: no job runs, and silence is no alert."
  type        = bool
  default     = false
  nullable    = false
}
