output "ack_deadline" {
  description = "Seconds that a push delivery waits for its function."
  value       = local.ack_deadline
}

output "datasets" {
  description = "The audit dataset and the raw one."
  value       = { audit = local.audit, raw = local.raw }
}

output "dead_letter" {
  description = "The topic of what was given up."
  value       = local.dead_letter
}

output "functions" {
  description = "Functions by name: package, account, size, what each uses, and its source's secret."
  value       = local.functions
}

output "grants" {
  description = "What the functions are granted, by kind of resource: function, resource, role."
  value       = local.grants
}

output "schedules" {
  description = "Scheduler jobs by name, with the message of each."
  value       = local.schedules
}

output "secrets" {
  description = "Names of the sources' secrets."
  value       = local.secrets
}

output "subscriptions" {
  description = "Push subscriptions by name: topic and function."
  value       = local.subscriptions
}

output "tables" {
  description = "Tables of both datasets by name."
  value       = local.tables
}

output "timeout" {
  description = "Seconds that a function may take."
  value       = local.timeout
}

output "topics" {
  description = "Names of all topics."
  value       = local.topics
}

output "views" {
  description = "Views by name in three levels: each reads tables and views of the levels before it."
  value       = local.views

  precondition {
    condition     = length(local.unplaced) == 0
    error_message = "These views read each other in a circle, or stand on more than two others: ${join(", ", local.unplaced)}."
  }
}
