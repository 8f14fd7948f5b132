locals {
  _days = 24 * 60 * 60
}

resource "google_pubsub_topic" "topic" {
  for_each = module.wiring.topics

  project = var.project_id
  name    = each.key
  labels  = local.labels

  # A subscription that is made anew can be sought back.
  message_retention_duration = "${7 * local._days}s"

  depends_on = [google_project_service.api]
}

resource "google_pubsub_subscription" "push" {
  for_each = module.wiring.subscriptions

  project = var.project_id
  name    = each.key
  topic   = google_pubsub_topic.topic[each.value.topic].id
  labels  = local.labels

  ack_deadline_seconds       = module.wiring.ack_deadline
  message_retention_duration = "${7 * local._days}s"

  # Without it a subscription that is idle for 31 days is deleted: the off-season is longer.
  expiration_policy {
    ttl = ""
  }

  # The topic is in the path: the framework reads it from there, and the topic decides what a
  # message may be. The audience is the bare address, which Cloud Run compares.
  push_config {
    push_endpoint = "${google_cloudfunctions2_function.function[each.value.function].service_config[0].uri}/projects/${var.project_id}/topics/${each.value.topic}"

    oidc_token {
      service_account_email = google_service_account.invoker.email
      audience              = google_cloudfunctions2_function.function[each.value.function].service_config[0].uri
    }
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.topic[module.wiring.dead_letter].id
    max_delivery_attempts = 30
  }

  # Before the first delivery its sender must be let in, its function may do its work, and the
  # dead letters' way is open.
  depends_on = [
    google_bigquery_dataset_iam_member.function,
    google_bigquery_table_iam_member.function,
    google_cloud_run_v2_service_iam_member.invoker,
    google_project_iam_member.function,
    google_pubsub_topic_iam_member.agent,
    google_pubsub_topic_iam_member.function,
    google_secret_manager_secret_iam_member.function,
    google_storage_bucket_iam_member.function,
  ]
}

# What was given up, kept for as long as Pub/Sub keeps anything: `tipoff dead`, or by hand.
resource "google_pubsub_subscription" "dead_letter" {
  project = var.project_id
  name    = "${module.wiring.dead_letter}-kept"
  topic   = google_pubsub_topic.topic[module.wiring.dead_letter].id
  labels  = local.labels

  ack_deadline_seconds       = module.wiring.ack_deadline
  message_retention_duration = "${31 * local._days}s"

  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_subscription" "archive" {
  count = var.archive.enabled ? 1 : 0

  project = var.project_id
  name    = "${module.wiring.dead_letter}-to-archive"
  topic   = google_pubsub_topic.topic[module.wiring.dead_letter].id
  labels  = local.labels

  message_retention_duration = "${7 * local._days}s"

  expiration_policy {
    ttl = ""
  }

  cloud_storage_config {
    bucket          = google_storage_bucket.archive[0].name
    filename_prefix = "${module.wiring.dead_letter}/"
    filename_suffix = ".avro"
    max_duration    = "600s"

    # With its attributes: of them a dead letter's topic and tick are known.
    avro_config {
      write_metadata = true
    }
  }

  depends_on = [google_storage_bucket_iam_member.archive]
}
