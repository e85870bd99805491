from flask import Blueprint

bp = Blueprint("work_orders", __name__)
