# The wiring by itself, on a small configuration: no provider, no cloud.
variables {
  jobs = {
    master-controller-hourly = { topic = "controller-tick", cron = "0 * * * *", zone = "Etc/UTC", description = "Decides." }
  }
  sources = {
    odds_api = { secret = "ODDS_API_KEY" }
    nba_cdn  = {}
  }
  scrapers = {
    lines  = { source = "odds_api", table = "game_lines" }
    props  = { source = "odds_api", table = "game_lines" }
    events = { source = "odds_api" }
    plays  = { source = "nba_cdn", table = "plays" }
  }
  tables = {
    raw                     = { dataset = "r", description = "Raw.", partition = { field = "game_date", type = "DAY" }, clustering = ["path"], fields = "[{\"name\": \"game_date\"}, {\"name\": \"path\"}]" }
    workflow_decisions      = { dataset = "a", description = "D.", partition = { field = "at", type = "DAY" }, clustering = [], expiration_days = 90, fields = "[{\"name\": \"at\"}]" }
    workflow_executions     = { dataset = "a", description = "D.", partition = { field = "at", type = "DAY" }, clustering = [], expiration_days = 90, fields = "[{\"name\": \"at\"}]" }
    cleanup_operations      = { dataset = "a", description = "D.", partition = { field = "at", type = "DAY" }, clustering = [], expiration_days = 90, fields = "[{\"name\": \"at\"}]" }
    file_processing_log     = { dataset = "a", description = "D.", partition = { field = "at", type = "DAY" }, clustering = [], expiration_days = 90, fields = "[{\"name\": \"at\"}]" }
    scraper_execution_log   = { dataset = "a", description = "D.", partition = { field = "at", type = "DAY" }, clustering = [], expiration_days = 90, fields = "[{\"name\": \"at\"}]" }
    daily_expected_schedule = { dataset = "a", description = "D.", partition = { field = "at", type = "DAY" }, clustering = [], fields = "[{\"name\": \"at\"}]" }
    daily_completeness      = { dataset = "a", description = "D.", partition = { field = "at", type = "DAY" }, clustering = [], fields = "[{\"name\": \"at\"}]" }
    plan_changes            = { dataset = "a", description = "D.", partition = { field = "at", type = "DAY" }, clustering = [], fields = "[{\"name\": \"at\"}]" }
  }
  views = {
    raw_latest = "SELECT * FROM `r.{table}` JOIN `a.workflow_decisions`"
    v_one      = "SELECT * FROM `a.workflow_decisions`"
    v_two      = "SELECT * FROM `a.v_one`"
    v_three    = "SELECT * FROM `a.v_two` JOIN `a.v_one`"
  }
}

run "a_source_has_a_topic_a_function_and_its_own_secret" {
  command = plan
  module {
    source = "./wiring"
  }
  assert {
    condition     = output.subscriptions["scrape-odds-api-to-scraper-odds-api"].function == "scraper-odds-api"
    error_message = "A source's topic wakes its own scraper."
  }
  assert {
    condition     = [for grant in output.grants.secret : "${grant.function} ${grant.resource}"] == ["scraper-odds-api ODDS_API_KEY"]
    error_message = "A secret is read by the scraper of its source alone."
  }
  assert {
    condition     = output.functions["scraper-nba-cdn"].instances == 1
    error_message = "A source is asked by one instance: the limiter inside it is the source's limit."
  }
  assert {
    condition     = alltrue([for function in output.functions : length(function.account) >= 6 && length(function.account) <= 30])
    error_message = "An account's id has 6 to 30 characters."
  }
}

run "two_scrapers_of_one_table_make_one_table_and_one_view" {
  command = plan
  module {
    source = "./wiring"
  }
  assert {
    condition     = toset([for name, table in output.tables : name if table.dataset == "r"]) == toset(["game_lines", "plays"])
    error_message = "Raw tables are those that scrapers name."
  }
  assert {
    condition     = output.views[0]["v_plays"].sql == "SELECT * FROM `r.plays` JOIN `a.workflow_decisions`"
    error_message = "Each raw table has its view."
  }
}

run "views_come_after_what_they_read" {
  command = plan
  module {
    source = "./wiring"
  }
  assert {
    condition     = [for level in output.views : [for name in keys(level) : name if contains(["v_one", "v_two", "v_three"], name)]] == [["v_one"], ["v_two"], ["v_three"]]
    error_message = "v_one, then v_two, then v_three."
  }
}

run "views_in_a_circle_are_refused" {
  command = plan
  module {
    source = "./wiring"
  }
  variables {
    views = {
      raw_latest = "SELECT 1"
      v_one      = "SELECT * FROM `a.v_two`"
      v_two      = "SELECT * FROM `a.v_one`"
    }
  }
  expect_failures = [output.views]
}

run "only_those_who_start_work_may_order_it" {
  command = plan
  module {
    source = "./wiring"
  }
  assert {
    condition     = toset([for grant in output.grants.topic : grant.function if grant.resource == "run-decisions"]) == toset(["controller", "executor"])
    error_message = "RUNs come from the controller, and again from the executor's sweep."
  }
  assert {
    condition     = toset([for grant in output.grants.topic : grant.function if startswith(grant.resource, "scrape-")]) == toset(["executor"])
    error_message = "Chunks come from the executor."
  }
}

run "a_delivery_ends_before_its_deadline" {
  command = plan
  module {
    source = "./wiring"
  }
  assert {
    condition     = output.timeout <= output.ack_deadline - 30 && output.ack_deadline <= 600
    error_message = "A function must end before Pub/Sub sends its message again."
  }
}

run "a_zone_that_is_no_zone_is_refused" {
  command = plan
  module {
    source = "./wiring"
  }
  variables {
    jobs = { lock = { topic = "schedule-lock", cron = "0 5 * * *", zone = "America/NewYork", description = "Locks." } }
  }
  expect_failures = [var.jobs]
}

run "a_cron_without_five_fields_is_refused" {
  command = plan
  module {
    source = "./wiring"
  }
  variables {
    jobs = { lock = { topic = "schedule-lock", cron = "0 5 * *", zone = "Etc/UTC", description = "Locks." } }
  }
  expect_failures = [var.jobs]
}
