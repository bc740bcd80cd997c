resource "digitalocean_domain" "this" {
  name = var.domain
}

# The domain and all hosts below it. Instances on other domains need records of their own.
resource "digitalocean_record" "this" {
  for_each = var.load_balancer == "" ? [] : toset(["@", "*"])

  domain = digitalocean_domain.this.id
  type   = "A"
  name   = each.value
  value  = var.load_balancer
  ttl    = 300
}
