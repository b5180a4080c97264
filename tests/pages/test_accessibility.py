"""What a real Chromium finds of the pages: names, targets, contrast, nothing from elsewhere (WCAG 2.2)."""

import pytest
from playwright.async_api import Browser as Chromium

from tests.pages import ways
from tests.world import World, an_open_session

pytestmark = pytest.mark.browser


async def test_nothing_is_blocked_and_no_request_leaves_the_house(
    world: World, chromium: Chromium
) -> None:
    page = await chromium.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda told: said.append(told.text) if told.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(await ways.to_consent(world))
    assert said == []
    assert all(url.startswith((world.house.base_url, "data:")) for url in asked)


async def test_pages_fit_a_small_phone_with_targets_that_a_thumb_hits(
    world: World, chromium: Chromium
) -> None:
    session_id = await an_open_session(world)
    await world.house.advance(minutes=10)
    page = await chromium.new_page(viewport={"width": 320, "height": 640})
    for url in (await ways.to_consent(world), await ways.to_session(world, session_id)):
        await page.goto(url)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
        for target in await page.locator("button, summary, input, .choice label, footer a").all():
            box = await target.bounding_box() if await target.is_visible() else None
            # WCAG 2.2 SC 2.5.8 asks for 24; what a closed <details> holds cannot be hit.
            assert box is None or box["height"] >= 24


async def test_every_field_has_a_name_and_every_page_one_heading(
    world: World, chromium: Chromium
) -> None:
    session_id = await an_open_session(world)
    page = await chromium.new_page()
    for url in (await ways.to_consent(world), await ways.to_session(world, session_id)):
        await page.goto(url)
        assert await page.locator("h1").count() == 1
        nameless = await page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden])')]"
            ".filter(field => !field.labels.length || !field.labels[0].textContent.trim()).length"
        )
        assert nameless == 0
        ids = await page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(ids) == len(set(ids))
        broken = await page.evaluate(
            "[...document.querySelectorAll('[aria-describedby],[aria-labelledby]')].flatMap(e =>"
            "((e.getAttribute('aria-describedby')||'')+' '+(e.getAttribute('aria-labelledby')||''))"
            ".trim().split(/\\s+/)).filter(id => !document.getElementById(id))"
        )
        assert broken == []


async def test_both_colour_schemes_have_contrast_enough_to_read(
    world: World, chromium: Chromium
) -> None:
    page = await chromium.new_page()
    await page.goto(await ways.to_consent(world))
    await page.click("button:text-is('I agree')")
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        worst = await page.evaluate(CONTRAST)
        assert worst["ratio"] >= 4.5, (scheme, worst)


CONTRAST = """() => {
  const light = text => {
    const [r, g, b] = text.match(/[\\d.]+/g).map(Number).slice(0, 3).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = node => {
    for (let at = node; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
    return getComputedStyle(document.body).backgroundColor;
  };
  let worst = {ratio: 99};
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some(one => one.nodeType === 3 && one.data.trim());
    if (!own) continue;
    const one = light(getComputedStyle(node).color), other = light(ground(node));
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < worst.ratio) worst = {ratio, what: node.textContent.trim().slice(0, 60)};
  }
  return worst;
}"""
"""The lowest contrast of any text on the page (WCAG 2.2 SC 1.4.3)."""
