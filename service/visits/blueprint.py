from flask import Blueprint

bp = Blueprint("work_orders", __name__)
visits = Blueprint("service_visits", __name__)
