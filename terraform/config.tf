# What is deployed is what config/ says: the same files that the functions carry.
locals {
  _config = "${path.module}/../config"

  _tables = {
    for file in fileset("${local._config}/tables", "*.json") :
    trimsuffix(file, ".json") => jsondecode(file("${local._config}/tables/${file}"))
  }

  labels = {
    system      = "tipoff"
    environment = var.environment
  }
}

data "google_project" "this" {
  project_id = var.project_id
}

module "wiring" {
  source = "./wiring"

  jobs     = yamldecode(file("${local._config}/schedules.yaml")).jobs
  scrapers = yamldecode(file("${local._config}/scrapers.yaml")).scrapers
  sources  = yamldecode(file("${local._config}/sources.yaml")).sources
  tables = {
    for name, table in local._tables : name => merge(table, { fields = jsonencode(table.fields) })
  }
  views = {
    for file in fileset("${local._config}/views", "*.sql") :
    trimsuffix(file, ".sql") => file("${local._config}/views/${file}")
  }
}
