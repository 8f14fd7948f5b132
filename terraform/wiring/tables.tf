locals {
  audit = one(distinct([for name, table in var.tables : table.dataset if name != "raw"]))
  raw   = var.tables.raw.dataset

  _raw_names = toset(compact(values(var.scrapers)[*].table))

  # Raw tables have one schema: that of raw.json.
  tables = merge(
    { for name, table in var.tables : name => table if name != "raw" },
    { for name in local._raw_names : name => merge(var.tables.raw, {
      description = "Records of ${name}: ${var.tables.raw.description}"
    }) },
  )

  _views = merge(
    { for name, sql in var.views : name => { dataset = local.audit, sql = sql } if name != "raw_latest" },
    { for name in local._raw_names : "v_${name}" => {
      dataset = local.raw
      sql     = replace(var.views.raw_latest, "{table}", name)
    } },
  )

  # Which views a view reads: those come before it.
  _reads = {
    for name, view in local._views : name => distinct([
      for found in regexall("`(?:${local.audit}|${local.raw})\\.(\\w+)`", view.sql) : found[0]
      if contains(keys(local._views), found[0])
    ])
  }

  _level_1 = [for name, reads in local._reads : name if length(reads) == 0]
  _level_2 = [
    for name, reads in local._reads : name
    if !contains(local._level_1, name) && length(setsubtract(reads, local._level_1)) == 0
  ]
  _level_3 = [
    for name, reads in local._reads : name
    if !contains(concat(local._level_1, local._level_2), name) && length(setsubtract(reads, concat(local._level_1, local._level_2))) == 0
  ]

  views = [
    for level in [local._level_1, local._level_2, local._level_3] :
    { for name in level : name => local._views[name] }
  ]

  # Views that read each other in a circle, or stand on more than two others.
  unplaced = setsubtract(keys(local._views), concat(local._level_1, local._level_2, local._level_3))

  secrets = toset(compact(values(var.sources)[*].secret))
}
