# Everything, made by a provider that only pretends: what is known after apply is known here.
mock_provider "google" {
  mock_data "google_project" {
    defaults = {
      number = "123456789012"
    }
  }

  # A made-up address is no address of an account.
  mock_resource "google_service_account" {
    defaults = {
      name   = "projects/my-project/serviceAccounts/someone@my-project.iam.gserviceaccount.com"
      email  = "someone@my-project.iam.gserviceaccount.com"
      member = "serviceAccount:someone@my-project.iam.gserviceaccount.com"
    }
  }
}

variables {
  project_id = "my-project"
}

run "every_delivery_goes_to_its_function_and_names_its_topic" {
  assert {
    condition = alltrue([
      for name, route in module.wiring.subscriptions :
      google_pubsub_subscription.push[name].push_config[0].push_endpoint ==
      "${google_cloudfunctions2_function.function[route.function].service_config[0].uri}/projects/my-project/topics/${route.topic}"
    ])
    error_message = "The address of a delivery is its function's, with the topic as the path."
  }
  assert {
    condition = alltrue([
      for name, route in module.wiring.subscriptions :
      google_pubsub_subscription.push[name].push_config[0].oidc_token[0].audience ==
      google_cloudfunctions2_function.function[route.function].service_config[0].uri
    ])
    error_message = "The audience of a delivery's token is the function's bare address."
  }
  assert {
    condition = alltrue([
      for name, route in module.wiring.subscriptions :
      google_pubsub_subscription.push[name].topic == google_pubsub_topic.topic[route.topic].id
    ])
    error_message = "A subscription is to the topic that its name says."
  }
  assert {
    condition     = output.status_url == google_cloudfunctions2_function.function["status"].service_config[0].uri
    error_message = "status_url is the status function's address."
  }
}

run "a_paused_season_is_silent" {
  command = plan
  variables {
    schedulers_paused = true
  }
  assert {
    condition     = alltrue(values(google_cloud_scheduler_job.job)[*].paused)
    error_message = "Every job is paused."
  }
  assert {
    condition     = !anytrue(values(google_monitoring_alert_policy.silent)[*].enabled)
    error_message = "Silence is no alert while the jobs are paused."
  }
}

run "an_archive_is_written_by_pubsub" {
  command = plan
  variables {
    archive = { enabled = true }
  }
  assert {
    condition     = length(google_pubsub_subscription.archive) == 1 && length(google_storage_bucket_iam_member.archive) == 2
    error_message = "The archive has a subscription, and Pub/Sub may write to its bucket."
  }
}

run "a_project_number_is_no_project_id" {
  command = plan
  variables {
    project_id = "123456789012"
  }
  expect_failures = [var.project_id]
}

run "the_public_is_no_operator" {
  command = plan
  variables {
    operators = ["allUsers"]
  }
  expect_failures = [var.operators]
}

run "an_unknown_runtime_is_refused" {
  command = plan
  variables {
    functions = { runtime = "python3" }
  }
  expect_failures = [var.functions]
}
