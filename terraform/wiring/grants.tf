locals {
  # Roles by what a function uses; [kind of resource, resource, role].
  _query = ["project", "project", "roles/bigquery.jobUser"]

  _roles = merge(
    {
      # Objects are created and read, never overwritten or deleted: the roles say so too.
      "state create" = [["bucket", "state", "roles/storage.objectCreator"]]
      "state read"   = [["bucket", "state", "roles/storage.objectViewer"]]
      "raw create"   = [["bucket", "raw", "roles/storage.objectCreator"]]
      "raw read"     = [["bucket", "raw", "roles/storage.objectViewer"]]
      "load" = concat([local._query], [
        for name in local._raw_names : ["table", name, "roles/bigquery.dataEditor"]
      ])
      "query *" = [local._query, ["dataset", local.audit, "roles/bigquery.dataViewer"]]
      "publish scrape-*" = [
        for topic in values(local.scrape_topics) : ["topic", topic, "roles/pubsub.publisher"]
      ]
    },
    { for topic in local.topics : "publish ${topic}" => [["topic", topic, "roles/pubsub.publisher"]] },
    { for name, table in var.tables : "append ${name}" => [["table", name, "roles/bigquery.dataEditor"]] if name != "raw" },
    { for name, table in var.tables : "query ${name}" => [local._query, ["table", name, "roles/bigquery.dataViewer"]] if name != "raw" },
  )

  _grants = distinct(concat(
    flatten([
      for name, function in local.functions : [
        for use in function.uses : [
          for role in local._roles[use] : {
            function = name, kind = role[0], resource = role[1], role = role[2]
          }
        ] if use != "secret"
      ]
    ]),
    [
      for name, function in local.functions : {
        function = name
        kind     = "secret"
        resource = function.secret
        role     = "roles/secretmanager.secretAccessor"
      } if function.secret != null && contains(function.uses, "secret")
    ],
  ))

  # By kind of resource, then by a name that tells what is granted.
  grants = {
    for kind in ["bucket", "dataset", "project", "secret", "table", "topic"] : kind => {
      for grant in local._grants :
      "${grant.function} ${trimprefix(grant.role, "roles/")} ${grant.resource}" => grant
      if grant.kind == kind
    }
  }
}
