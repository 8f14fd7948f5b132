locals {
  # Seconds. A push delivery waits for as long as the deadline; the function must have ended
  # before, or a second instance begins on the same message.
  ack_deadline = 600
  timeout      = 540

  # The functions that are deployed once. `uses` is what the code asks of the cloud, and becomes
  # the function's roles (grants.tf). A test reads the code and holds both equal;
  # `python -m tests.terraform.uses` prints what must stand here.
  # Requests at once share an instance's memory; a chunk of a page or a PDF takes the most.
  _single = {
    schedule-locker = {
      memory = "512Mi", requests = 4, instances = 1, woken = true
      uses = [
        "append daily_completeness", "append daily_expected_schedule", "append plan_changes",
        "state create", "state read",
      ]
    }
    controller = {
      memory = "512Mi", requests = 4, instances = 2, woken = true
      uses = [
        "append daily_expected_schedule", "append plan_changes", "append workflow_decisions",
        "publish run-decisions",
        "state create", "state read",
      ]
    }
    executor = {
      memory = "512Mi", requests = 16, instances = 3, woken = true
      uses = [
        # The sweep repeats the effects of every record that lacks its `.done`.
        "append cleanup_operations", "append daily_completeness",
        "append daily_expected_schedule", "append plan_changes", "append scraper_execution_log",
        "append workflow_decisions", "append workflow_executions",
        "publish files-ready", "publish run-advance", "publish run-decisions", "publish scrape-*",
        "state create", "state read",
      ]
    }
    loader = {
      memory = "1Gi", requests = 8, instances = 5, woken = true
      uses   = ["append file_processing_log", "load", "raw read"]
    }
    cleanup = {
      memory = "512Mi", requests = 4, instances = 1, woken = true
      uses = [
        "append cleanup_operations",
        "publish files-ready",
        "query file_processing_log",
        "state create", "state read",
      ]
    }
    status = {
      memory = "512Mi", requests = 16, instances = 2, woken = false
      uses   = ["query *", "state read"]
    }
  }

  # One scraper a source. Never more than one instance: the limiter inside it is the source's
  # whole limit. A message waits there, so requests at once exceed a source's largest day.
  _scraper = {
    memory = "1Gi", requests = 40, instances = 1, woken = true
    uses = [
      "append scraper_execution_log",
      "publish files-ready", "publish run-advance",
      "raw create", "raw read",
      "secret",
      "state create", "state read",
    ]
  }

  functions = merge(
    {
      for name, function in local._single : name => merge(function, {
        package = replace(name, "-", "_")
        account = "tipoff-${name}"
        secret  = null
      })
    },
    {
      for name, source in var.sources : "scraper-${replace(name, "_", "-")}" => merge(local._scraper, {
        package = "scraper"
        # An account's id has 30 characters at most.
        account = "scrape-${replace(name, "_", "-")}"
        secret  = source.secret
      })
    },
  )
}
