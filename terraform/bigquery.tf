locals {
  # A view's SQL names datasets without a project, as people write it; BigQuery wants one.
  _sql = {
    for name, view in merge(module.wiring.views...) : name => replace(
      view.sql, "/`(${module.wiring.datasets.audit}|${module.wiring.datasets.raw})\\./", "`${var.project_id}.$1."
    )
  }
}

resource "google_bigquery_dataset" "dataset" {
  for_each = toset(values(module.wiring.datasets))

  project    = var.project_id
  dataset_id = each.key
  location   = var.location
  description = (
    each.key == module.wiring.datasets.raw
    ? "Records of the sources, one table a dataset."
    : "What was planned, decided, run, loaded and repaired."
  )
  labels = local.labels

  delete_contents_on_destroy = !var.deletion_protection

  depends_on = [google_project_service.api]
}

resource "google_bigquery_table" "table" {
  for_each = module.wiring.tables

  project             = var.project_id
  dataset_id          = google_bigquery_dataset.dataset[each.value.dataset].dataset_id
  table_id            = each.key
  description         = each.value.description
  labels              = local.labels
  schema              = each.value.fields
  clustering          = length(each.value.clustering) > 0 ? each.value.clustering : null
  deletion_protection = var.deletion_protection

  time_partitioning {
    type  = each.value.partition.type
    field = each.value.partition.field
    expiration_ms = (
      each.value.expiration_days == null
      ? null
      : each.value.expiration_days * local._days * 1000
    )
  }
}

# A view is made after what it reads.
resource "google_bigquery_table" "view" {
  for_each = module.wiring.views[0]

  project             = var.project_id
  dataset_id          = google_bigquery_dataset.dataset[each.value.dataset].dataset_id
  table_id            = each.key
  labels              = local.labels
  deletion_protection = false

  view {
    query          = local._sql[each.key]
    use_legacy_sql = false
  }

  depends_on = [google_bigquery_table.table]
}

resource "google_bigquery_table" "view_of_views" {
  for_each = module.wiring.views[1]

  project             = var.project_id
  dataset_id          = google_bigquery_dataset.dataset[each.value.dataset].dataset_id
  table_id            = each.key
  labels              = local.labels
  deletion_protection = false

  view {
    query          = local._sql[each.key]
    use_legacy_sql = false
  }

  depends_on = [google_bigquery_table.view]
}

resource "google_bigquery_table" "view_of_those" {
  for_each = module.wiring.views[2]

  project             = var.project_id
  dataset_id          = google_bigquery_dataset.dataset[each.value.dataset].dataset_id
  table_id            = each.key
  labels              = local.labels
  deletion_protection = false

  view {
    query          = local._sql[each.key]
    use_legacy_sql = false
  }

  depends_on = [google_bigquery_table.view_of_views]
}
