# Not Harmony's module for databases: it hands the token of the account to curl, among the arguments that every process of the
# machine may read; it cuts the names of servers, so that two may become one; and it sets MySQL's sql_mode to ANSI, for which
# Open edX is not made, without a look at whether that went well.
resource "digitalocean_database_cluster" "mysql" {
  name                 = "${local.cluster}-mysql"
  engine               = "mysql"
  version              = var.mysql.version
  size                 = var.mysql.size
  region               = var.region
  node_count           = var.mysql.nodes
  private_network_uuid = module.vpc.vpc_id

  maintenance_window {
    day  = var.maintenance.day
    hour = var.maintenance.hour
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Nothing but this cluster reaches the server.
resource "digitalocean_database_firewall" "mysql" {
  cluster_id = digitalocean_database_cluster.mysql.id

  rule {
    type  = "k8s"
    value = module.kubernetes.cluster_id
  }
}

resource "digitalocean_database_mysql_config" "mysql" {
  cluster_id = digitalocean_database_cluster.mysql.id

  # DigitalOcean demands a primary key of each table, which some migrations of Open edX make without.
  sql_require_primary_key = false
  # What MySQL 8 has by itself.
  sql_mode = "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
}
