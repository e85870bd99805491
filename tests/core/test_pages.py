from flask.testing import FlaskClient


def test_the_first_page_of_an_empty_house_says_how_to_begin(as_admin: FlaskClient) -> None:
    page = as_admin.get("/").text

    assert "./laddvakt demo" in page


def test_health_is_public_and_says_that_it_is_ready(browser: FlaskClient) -> None:
    answer = browser.get("/health")

    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["status"] == "ready"
    assert answer.json["link"] == {"state": "down", "nodes": 0}
