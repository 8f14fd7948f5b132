# Who may do what. Granted on the project as a whole are only the right to run BigQuery jobs and,
# to the build account, to write its log and to read what Cloud Functions copied for it.
locals {
  _pubsub_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

# --- The functions, one account each -------------------------------------------------------

resource "google_service_account" "function" {
  for_each = module.wiring.functions

  project      = var.project_id
  account_id   = each.value.account
  display_name = "Tipoff ${each.key}"
  description  = "What the function ${each.key} runs as."

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket_iam_member" "function" {
  for_each = module.wiring.grants.bucket

  bucket = each.value.resource == "raw" ? google_storage_bucket.raw.name : google_storage_bucket.state.name
  role   = each.value.role
  member = google_service_account.function[each.value.function].member
}

resource "google_bigquery_table_iam_member" "function" {
  for_each = module.wiring.grants.table

  project    = var.project_id
  dataset_id = google_bigquery_table.table[each.value.resource].dataset_id
  table_id   = google_bigquery_table.table[each.value.resource].table_id
  role       = each.value.role
  member     = google_service_account.function[each.value.function].member
}

resource "google_bigquery_dataset_iam_member" "function" {
  for_each = module.wiring.grants.dataset

  project    = var.project_id
  dataset_id = google_bigquery_dataset.dataset[each.value.resource].dataset_id
  role       = each.value.role
  member     = google_service_account.function[each.value.function].member
}

# To run a query or a load, of what other grants let it see.
resource "google_project_iam_member" "function" {
  for_each = module.wiring.grants.project

  project = var.project_id
  role    = each.value.role
  member  = google_service_account.function[each.value.function].member
}

resource "google_pubsub_topic_iam_member" "function" {
  for_each = module.wiring.grants.topic

  project = var.project_id
  topic   = google_pubsub_topic.topic[each.value.resource].id
  role    = each.value.role
  member  = google_service_account.function[each.value.function].member
}

resource "google_secret_manager_secret_iam_member" "function" {
  for_each = module.wiring.grants.secret

  project   = var.project_id
  secret_id = google_secret_manager_secret.key[each.value.resource].secret_id
  role      = each.value.role
  member    = google_service_account.function[each.value.function].member
}

# --- Who calls the functions ---------------------------------------------------------------

resource "google_service_account" "invoker" {
  project      = var.project_id
  account_id   = "tipoff-invoker"
  display_name = "Tipoff invoker"
  description  = "What Pub/Sub calls the functions as."

  depends_on = [google_project_service.api]
}

resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = { for name, function in module.wiring.functions : name => function if function.woken }

  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.function[each.key].name
  role     = "roles/run.invoker"
  member   = google_service_account.invoker.member
}

# Pub/Sub's own agent: moves what was given up to the dead letters, and takes it off its
# subscription.
resource "google_pubsub_topic_iam_member" "agent" {
  project = var.project_id
  topic   = google_pubsub_topic.topic[module.wiring.dead_letter].id
  role    = "roles/pubsub.publisher"
  member  = local._pubsub_agent
}

resource "google_pubsub_subscription_iam_member" "agent" {
  for_each = module.wiring.subscriptions

  project      = var.project_id
  subscription = google_pubsub_subscription.push[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = local._pubsub_agent
}

resource "google_service_account_iam_member" "agent" {
  count = var.legacy_pubsub_agent ? 1 : 0

  service_account_id = google_service_account.invoker.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local._pubsub_agent
}

resource "google_storage_bucket_iam_member" "archive" {
  for_each = toset(var.archive.enabled ? ["roles/storage.objectCreator", "roles/storage.legacyBucketReader"] : [])

  bucket = google_storage_bucket.archive[0].name
  role   = each.key
  member = local._pubsub_agent
}

# --- Who builds them -----------------------------------------------------------------------

resource "google_service_account" "build" {
  project      = var.project_id
  account_id   = "tipoff-build"
  display_name = "Tipoff build"
  description  = "What Cloud Build makes the functions' images as."

  depends_on = [google_project_service.api]
}

resource "google_project_iam_member" "build" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = google_service_account.build.member
}

# Cloud Functions copies a zip to a bucket of its own, which the build reads. That bucket is made
# with the first function: its name is known before, the bucket is not there yet.
resource "google_project_iam_member" "build_copies" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.build.member

  condition {
    title       = "the copies of the functions' zips"
    description = "Only the bucket that Cloud Functions keeps for builds in this region."
    expression  = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${data.google_project.this.number}-${var.region}\")"
  }
}

resource "google_storage_bucket_iam_member" "build" {
  bucket = google_storage_bucket.source.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.build.member
}

resource "google_artifact_registry_repository_iam_member" "build" {
  project    = var.project_id
  location   = var.region
  repository = google_artifact_registry_repository.functions.repository_id
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}

# --- People ----------------------------------------------------------------------------------

locals {
  _operator_functions = {
    for pair in setproduct(var.operators, keys(module.wiring.functions)) :
    "${pair[0]} ${pair[1]}" => { member = pair[0], function = pair[1] }
  }
  _operator_topics = {
    for pair in setproduct(var.operators, module.wiring.topics) :
    "${pair[0]} ${pair[1]}" => { member = pair[0], topic = pair[1] }
  }
  # `tipoff calendar import` writes the calendar's record; what was scraped is only looked at.
  _operator_buckets = {
    for pair in setproduct(var.operators, [
      ["state", "roles/storage.objectCreator"],
      ["state", "roles/storage.objectViewer"],
      ["raw", "roles/storage.objectViewer"],
    ]) :
    "${pair[0]} ${pair[1][0]} ${pair[1][1]}" => { member = pair[0], bucket = pair[1][0], role = pair[1][1] }
  }
  _operator_datasets = {
    for pair in setproduct(var.operators, values(module.wiring.datasets)) :
    "${pair[0]} ${pair[1]}" => { member = pair[0], dataset = pair[1] }
  }
}

resource "google_cloud_run_v2_service_iam_member" "operator" {
  for_each = local._operator_functions

  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.function[each.value.function].name
  role     = "roles/run.invoker"
  member   = each.value.member
}

resource "google_pubsub_topic_iam_member" "operator" {
  for_each = local._operator_topics

  project = var.project_id
  topic   = google_pubsub_topic.topic[each.value.topic].id
  role    = "roles/pubsub.publisher"
  member  = each.value.member
}

# `tipoff dead` looks at what was given up, and takes what it replays.
resource "google_pubsub_subscription_iam_member" "operator" {
  for_each = toset(var.operators)

  project      = var.project_id
  subscription = google_pubsub_subscription.dead_letter.name
  role         = "roles/pubsub.subscriber"
  member       = each.value
}

resource "google_storage_bucket_iam_member" "operator" {
  for_each = local._operator_buckets

  bucket = each.value.bucket == "raw" ? google_storage_bucket.raw.name : google_storage_bucket.state.name
  role   = each.value.role
  member = each.value.member
}

resource "google_bigquery_dataset_iam_member" "operator" {
  for_each = local._operator_datasets

  project    = var.project_id
  dataset_id = google_bigquery_dataset.dataset[each.value.dataset].dataset_id
  role       = "roles/bigquery.dataViewer"
  member     = each.value.member
}

resource "google_project_iam_member" "operator" {
  for_each = toset(var.operators)

  project = var.project_id
  role    = "roles/bigquery.jobUser"
  member  = each.value
}
