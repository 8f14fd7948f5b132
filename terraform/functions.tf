locals {
  _zips = {
    for name in distinct(values(module.wiring.functions)[*].package) :
    name => "${path.module}/${var.functions.packages}/${name}.zip"
  }

  _environment = {
    GOOGLE_CLOUD_PROJECT = var.project_id
    TIPOFF_ENVIRONMENT   = var.environment
    TIPOFF_STATE_BUCKET  = google_storage_bucket.state.name
    TIPOFF_RAW_BUCKET    = google_storage_bucket.raw.name
    TIPOFF_DATASET       = module.wiring.datasets.audit
    TIPOFF_RAW_DATASET   = module.wiring.datasets.raw
    TIPOFF_LOCATION      = var.location
  }
}

# The name carries the content's hash: an unchanged function is not deployed again.
resource "google_storage_bucket_object" "package" {
  for_each = local._zips

  name   = "${each.key}-${filesha256(each.value)}.zip"
  bucket = google_storage_bucket.source.name
  source = each.value
}

resource "google_artifact_registry_repository" "functions" {
  project       = var.project_id
  location      = var.region
  repository_id = "tipoff"
  description   = "Images that the functions are built into."
  format        = "DOCKER"
  labels        = local.labels

  cleanup_policies {
    id     = "keep-the-newest"
    action = "KEEP"
    most_recent_versions {
      keep_count = 5
    }
  }

  cleanup_policies {
    id     = "delete-the-old"
    action = "DELETE"
    condition {
      older_than = "2592000s"
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_cloudfunctions2_function" "function" {
  for_each = module.wiring.functions

  project     = var.project_id
  location    = var.region
  name        = each.key
  description = "Tipoff's ${each.value.package}."
  labels      = local.labels

  build_config {
    runtime           = var.functions.runtime
    entry_point       = each.value.package
    service_account   = google_service_account.build.name
    docker_repository = google_artifact_registry_repository.functions.id

    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.package[each.value.package].name
      }
    }

    # Security patches of the base image come without a deployment.
    automatic_update_policy {}
  }

  service_config {
    service_account_email            = google_service_account.function[each.key].email
    ingress_settings                 = var.functions.ingress
    timeout_seconds                  = module.wiring.timeout
    available_memory                 = each.value.memory
    available_cpu                    = "1"
    max_instance_request_concurrency = each.value.requests
    min_instance_count               = lookup(var.functions.min_instances, each.key, 0)
    max_instance_count               = each.value.instances
    all_traffic_on_latest_revision   = true

    # The framework serves 4 requests at once for each CPU unless it is told.
    environment_variables = merge(local._environment, { THREADS = tostring(each.value.requests) })
  }

  # A build without its roles fails, and so does a row with a column that its table has not got yet.
  depends_on = [
    google_artifact_registry_repository_iam_member.build,
    google_bigquery_table.table,
    google_project_iam_member.build,
    google_project_iam_member.build_copies,
    google_storage_bucket_iam_member.build,
  ]
}
