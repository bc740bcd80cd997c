resource "aws_route53_zone" "this" {
  name = var.domain
}

data "aws_lb_hosted_zone_id" "this" {
  load_balancer_type = "network"
}

# The domain and all hosts below it. Instances on other domains need records of their own.
resource "aws_route53_record" "this" {
  for_each = var.load_balancer == "" ? [] : toset([var.domain, "*.${var.domain}"])

  zone_id = aws_route53_zone.this.zone_id
  name    = each.value
  type    = "A"

  alias {
    name                   = var.load_balancer
    zone_id                = data.aws_lb_hosted_zone_id.this.id
    evaluate_target_health = false
  }
}
