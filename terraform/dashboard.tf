locals {
  # Tiles, from left to right and down: title, what is plotted, by what.
  _tiles = [
    {
      title  = "Deliveries by function and answer"
      filter = "metric.type=\"run.googleapis.com/request_count\" resource.type=\"cloud_run_revision\""
      align  = "ALIGN_RATE"
      by     = ["resource.label.service_name", "metric.label.response_code_class"]
    },
    {
      title  = "Seconds a delivery takes, 95th percentile"
      filter = "metric.type=\"run.googleapis.com/request_latencies\" resource.type=\"cloud_run_revision\""
      align  = "ALIGN_PERCENTILE_95"
      by     = ["resource.label.service_name"]
    },
    {
      title  = "Oldest message that waits, by subscription"
      filter = "metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" resource.type=\"pubsub_subscription\""
      align  = "ALIGN_MAX"
      by     = ["resource.label.subscription_id"]
    },
    {
      title  = "Dead letters"
      filter = "metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" resource.type=\"pubsub_subscription\" resource.label.subscription_id=\"${google_pubsub_subscription.dead_letter.name}\""
      align  = "ALIGN_MAX"
      by     = ["resource.label.subscription_id"]
    },
    {
      title  = "Instances by function"
      filter = "metric.type=\"run.googleapis.com/container/instance_count\" resource.type=\"cloud_run_revision\""
      align  = "ALIGN_MAX"
      by     = ["resource.label.service_name"]
    },
    {
      title  = "Warnings and errors in the log"
      filter = "metric.type=\"logging.googleapis.com/log_entry_count\" resource.type=\"cloud_run_revision\" metric.label.severity=monitoring.regex.full_match(\"WARNING|ERROR|CRITICAL\")"
      align  = "ALIGN_RATE"
      by     = ["resource.label.service_name", "metric.label.severity"]
    },
  ]
}

resource "google_monitoring_dashboard" "tipoff" {
  project = var.project_id

  dashboard_json = jsonencode({
    displayName = "Tipoff"
    mosaicLayout = {
      columns = 12
      tiles = [
        for index, tile in local._tiles : {
          xPos   = (index % 2) * 6
          yPos   = floor(index / 2) * 4
          width  = 6
          height = 4
          widget = {
            title = tile.title
            xyChart = {
              dataSets = [{
                plotType = "LINE"
                timeSeriesQuery = {
                  timeSeriesFilter = {
                    filter = tile.filter
                    aggregation = {
                      alignmentPeriod    = "300s"
                      perSeriesAligner   = tile.align
                      crossSeriesReducer = tile.align == "ALIGN_RATE" ? "REDUCE_SUM" : "REDUCE_MAX"
                      groupByFields      = tile.by
                    }
                  }
                }
              }]
            }
          }
        }
      ]
    }
  })

  depends_on = [google_project_service.api]
}
