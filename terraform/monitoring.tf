# Cleanup looks at everything every 15 minutes and logs each condition once (shared/alarms.py): a
# log match tells of those. What would keep cleanup itself from looking is watched from outside.
locals {
  _channels = concat(
    values(google_monitoring_notification_channel.email)[*].name,
    var.notifications.channels,
  )

  _revision = "resource.type = \"cloud_run_revision\""
  _queue    = "resource.type = \"pubsub_subscription\""
  _pushed   = join(", ", [for name in keys(module.wiring.subscriptions) : "\"${name}\""])

  # Alerts that the code tells, by their severity.
  _told = {
    CRITICAL = "look now"
    WARNING  = "look this week"
  }

  # Silence of what should answer at every tick; the longest that one may take. Seconds.
  _silences = {
    controller = { seconds = 2 * 3600, topic = "controller-tick", says = "no decisions for two hours" }
    cleanup    = { seconds = 1800, topic = "cleanup-tick", says = "cleanup silent for half an hour" }
  }
}

resource "google_monitoring_notification_channel" "email" {
  for_each = toset(var.notifications.emails)

  project      = var.project_id
  display_name = "Tipoff: ${each.key}"
  type         = "email"
  labels       = { email_address = each.key }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_alert_policy" "told" {
  for_each = local._told

  project               = var.project_id
  display_name          = "Tipoff ${lower(each.key)}: ${each.value}"
  combiner              = "OR"
  severity              = each.key
  notification_channels = local._channels
  user_labels           = local.labels

  conditions {
    display_name = "an alert of ${each.key} is logged"

    condition_matched_log {
      filter = join(" AND ", [
        local._revision,
        "jsonPayload.action = \"alert\"",
        "severity = \"${each.key}\"",
      ])
      label_extractors = {
        alert     = "EXTRACT(jsonPayload.alert)"
        condition = "EXTRACT(jsonPayload.condition)"
      }
    }
  }

  alert_strategy {
    auto_close = "${local._days}s"

    notification_rate_limit {
      period = "300s"
    }
  }

  documentation {
    mime_type = "text/markdown"
    subject   = "Tipoff: $${log.extracted_label.alert}"
    content = join(" ", [
      "`$${log.extracted_label.condition}`.",
      "docs/runbook.md says what to do, under the alert's name.",
      "Others may have begun at the same look: the status page shows all that stand.",
    ])
  }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_alert_policy" "silent" {
  for_each = local._silences

  project               = var.project_id
  display_name          = "Tipoff critical: ${each.value.says}"
  combiner              = "OR"
  severity              = "CRITICAL"
  enabled               = !var.schedulers_paused
  notification_channels = local._channels
  user_labels           = local.labels

  conditions {
    display_name = "${each.key} answered no delivery"

    condition_absent {
      duration = "${each.value.seconds}s"
      filter = join(" AND ", [
        local._revision,
        "metric.type = \"run.googleapis.com/request_count\"",
        "metric.labels.response_code_class = \"2xx\"",
        "resource.labels.service_name = \"${google_cloudfunctions2_function.function[each.key].name}\"",
      ])

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_SUM"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  alert_strategy {
    auto_close = "${local._days}s"
  }

  documentation {
    mime_type = "text/markdown"
    content = join(" ", [
      "Is the job paused, the function failing, the message stuck?",
      "`gcloud scheduler jobs list --location ${var.region}`, the log of ${each.key},",
      "and the subscription ${each.value.topic}-to-${each.key}.",
      "By hand: `gcloud pubsub topics publish ${each.value.topic} --message '{}'`.",
    ])
  }
}

resource "google_monitoring_alert_policy" "dead_letters" {
  project               = var.project_id
  display_name          = "Tipoff warning: messages were given up"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = local._channels
  user_labels           = local.labels

  conditions {
    display_name = "dead letters are kept"

    condition_threshold {
      filter = join(" AND ", [
        local._queue,
        "metric.type = \"pubsub.googleapis.com/subscription/num_undelivered_messages\"",
        "resource.labels.subscription_id = \"${google_pubsub_subscription.dead_letter.name}\"",
      ])
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "300s"

      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }

  alert_strategy {
    auto_close = "${local._days}s"
  }

  documentation {
    mime_type = "text/markdown"
    content   = "`tipoff dead list --project ${var.project_id}` shows them. Mend the cause, then `tipoff dead replay`."
  }
}

resource "google_monitoring_alert_policy" "stuck" {
  project               = var.project_id
  display_name          = "Tipoff warning: deliveries are stuck"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = local._channels
  user_labels           = local.labels

  conditions {
    display_name = "the oldest message has waited for half an hour"

    condition_threshold {
      filter = join(" AND ", [
        local._queue,
        "metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\"",
        "resource.labels.subscription_id = one_of(${local._pushed})",
      ])
      comparison      = "COMPARISON_GT"
      threshold_value = 1800
      duration        = "300s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_MAX"
        cross_series_reducer = "REDUCE_MAX"
        group_by_fields      = ["resource.labels.subscription_id"]
      }
    }
  }

  alert_strategy {
    auto_close = "${local._days}s"
  }

  documentation {
    mime_type = "text/markdown"
    content   = "A function refuses its messages: its log says why (`failed, comes again`). After 30 attempts they are dead letters."
  }

  depends_on = [google_pubsub_subscription.push]
}
