locals {
  dead_letter = "dead-letter"

  # (topic, function), besides the sources' own. As ROUTES in shared/topology.py, which is what
  # the functions run by on one machine; a test holds both equal.
  _routes = [
    ["schedule-lock", "schedule-locker"],
    ["controller-tick", "controller"],
    ["run-decisions", "executor"],
    ["run-advance", "executor"],
    ["execute-sweep", "executor"],
    ["cleanup-tick", "cleanup"],
    # A second subscription: what stopped moving is picked up every 15 minutes too.
    ["cleanup-tick", "executor"],
    ["files-ready", "loader"],
  ]

  scrape_topics = { for name in keys(var.sources) : name => "scrape-${replace(name, "_", "-")}" }

  _source_routes = [
    for name, topic in local.scrape_topics : [topic, "scraper-${replace(name, "_", "-")}"]
  ]

  subscriptions = {
    for route in concat(local._routes, local._source_routes) : "${route[0]}-to-${route[1]}" => {
      topic    = route[0]
      function = route[1]
    }
  }

  topics = toset(concat(values(local.subscriptions)[*].topic, [local.dead_letter]))

  # What wakes a function says who it is; the topic says what for.
  schedules = {
    for name, job in var.jobs : name => merge(job, {
      body = jsonencode({ v = 1, kind = "tick", job = name, triggered_by = "cloud-scheduler" })
    })
  }
}
