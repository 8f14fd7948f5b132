output "accounts" {
  description = "Addresses of the accounts that functions run as, and of those that call and build them."
  value = merge(
    { for name, account in google_service_account.function : name => account.email },
    { invoker = google_service_account.invoker.email, build = google_service_account.build.email },
  )
}

output "buckets" {
  description = "Names of the buckets."
  value = merge(
    {
      state  = google_storage_bucket.state.name
      raw    = google_storage_bucket.raw.name
      source = google_storage_bucket.source.name
    },
    { for bucket in google_storage_bucket.archive : "archive" => bucket.name },
  )
}

output "commands" {
  description = "What people run by hand."
  value = {
    calendar    = "tipoff calendar import config/calendar/2025-26.csv --project ${var.project_id}"
    lock        = "gcloud scheduler jobs run daily-schedule-locker --location ${var.region} --project ${var.project_id}"
    decide      = "gcloud pubsub topics publish controller-tick --message '{}' --project ${var.project_id}"
    run         = "tipoff trigger morning_operations --project ${var.project_id}"
    status      = "curl -H \"Authorization: Bearer $(gcloud auth print-identity-token)\" ${google_cloudfunctions2_function.function["status"].service_config[0].uri}/health"
    secret      = "gcloud secrets versions add ODDS_API_KEY --data-file=- --project ${var.project_id}"
    dead_letter = "tipoff dead list --project ${var.project_id}"
    logs        = "gcloud functions logs read controller --region ${var.region} --project ${var.project_id}"
  }
}

output "datasets" {
  description = "The datasets: audit and raw."
  value       = module.wiring.datasets
}

output "dead_letter_subscription" {
  description = "Where messages that were given up are kept, for 31 days."
  value       = google_pubsub_subscription.dead_letter.name
}

output "functions" {
  description = "Addresses of the functions; a caller needs roles/run.invoker."
  value       = { for name, function in google_cloudfunctions2_function.function : name => function.service_config[0].uri }
}

output "secrets" {
  description = "Secrets to give a version to, each by `gcloud secrets versions add`."
  value       = sort(tolist(module.wiring.secrets))
}

output "status_url" {
  description = "The day at a glance; /health is the JSON."
  value       = google_cloudfunctions2_function.function["status"].service_config[0].uri

  # Whoever reads it may call it.
  depends_on = [google_cloud_run_v2_service_iam_member.operator]
}

output "topics" {
  description = "Names of the topics."
  value       = sort(tolist(module.wiring.topics))
}
