# Not Harmony's module for databases: it hands the token of the account to curl, among the arguments that every process of the
# machine may read, and gives MongoDB a setting of MySQL.
resource "digitalocean_database_cluster" "mongodb" {
  name                 = "${local.cluster}-mongodb"
  engine               = "mongodb"
  version              = var.mongodb.version
  size                 = var.mongodb.size
  region               = var.region
  node_count           = var.mongodb.nodes
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
resource "digitalocean_database_firewall" "mongodb" {
  cluster_id = digitalocean_database_cluster.mongodb.id

  rule {
    type  = "k8s"
    value = module.kubernetes.cluster_id
  }
}
