# Without versions: `gcloud secrets versions add NAME --data-file=-` brings each key, which never
# passes through Terraform's state. A function reads it when it first asks its source; until then
# that source's runs fail with missing_secret, and nothing else does.
resource "google_secret_manager_secret" "key" {
  for_each = module.wiring.secrets

  project   = var.project_id
  secret_id = each.key
  labels    = local.labels

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}
