locals {
  _apis = toset([
    "artifactregistry", "bigquery", "cloudbuild", "cloudfunctions", "cloudscheduler", "iam",
    "logging", "monitoring", "pubsub", "run", "secretmanager", "storage",
  ])
}

resource "google_project_service" "api" {
  for_each = local._apis

  project = var.project_id
  service = "${each.key}.googleapis.com"

  # Others in the project may use it too.
  disable_on_destroy = false
}
