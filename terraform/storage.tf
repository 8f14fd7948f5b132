# The memory: plans, ticks, executions. Objects are created once and never changed.
resource "google_storage_bucket" "state" {
  project  = var.project_id
  name     = "${var.project_id}-tipoff-state"
  location = var.location
  labels   = local.labels

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection

  # No decision looks back further than a fortnight; the tables tell of what was before. Plans and
  # books stay: what arrives for a day however old is entered in its books.
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age = 90
      matches_prefix = [
        "alerts/",
        "claims/",
        "cleanups/",
        "credits/",
        "executions/",
        "republished/",
        "resent/",
        "ticks/",
      ]
    }
  }

  # A schedule that was brought in by hand may be the only one, for its season.
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age            = 400
      matches_prefix = ["schedules/"]
    }
  }

  # An object that is deleted by mistake can be had back.
  soft_delete_policy {
    retention_duration_seconds = 7 * local._days
  }

  depends_on = [google_project_service.api]
}

# What was scraped.
resource "google_storage_bucket" "raw" {
  project  = var.project_id
  name     = "${var.project_id}-tipoff-raw"
  location = var.location
  labels   = local.labels

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection

  dynamic "lifecycle_rule" {
    for_each = var.archive.enabled ? [var.archive.cold_after_days] : []

    content {
      action {
        type          = "SetStorageClass"
        storage_class = "ARCHIVE"
      }
      condition {
        age = lifecycle_rule.value
      }
    }
  }

  soft_delete_policy {
    retention_duration_seconds = 7 * local._days
  }

  depends_on = [google_project_service.api]
}

# The functions' zips.
resource "google_storage_bucket" "source" {
  project  = var.project_id
  name     = "${var.project_id}-tipoff-source"
  location = var.location
  labels   = local.labels

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  # Zips are made again by `tipoff package`.
  force_destroy = true

  depends_on = [google_project_service.api]
}

# Dead letters, for longer than Pub/Sub keeps them.
resource "google_storage_bucket" "archive" {
  count = var.archive.enabled ? 1 : 0

  project       = var.project_id
  name          = "${var.project_id}-tipoff-archive"
  location      = var.location
  storage_class = "NEARLINE"
  labels        = local.labels

  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.deletion_protection

  depends_on = [google_project_service.api]
}
