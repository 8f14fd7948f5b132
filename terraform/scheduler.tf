resource "google_cloud_scheduler_job" "job" {
  for_each = module.wiring.schedules

  project     = var.project_id
  region      = var.region
  name        = each.key
  description = each.value.description
  schedule    = each.value.cron
  time_zone   = each.value.zone
  paused      = var.schedulers_paused

  pubsub_target {
    topic_name = google_pubsub_topic.topic[each.value.topic].id
    data       = base64encode(each.value.body)
  }

  retry_config {
    retry_count          = each.value.retries
    min_backoff_duration = "5s"
    max_backoff_duration = "60s"
  }

  # A tick that comes before its subscription is lost.
  depends_on = [google_pubsub_subscription.push]
}
