package io.distributedlock.sample.monitor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page in a browser.
 */
@EnabledIf(value = "io.distributedlock.sample.monitor.Browser#isInstalled",
		disabledReason = "There is no Chromium or Chrome with its chromedriver on the PATH")
@Timeout(180)
class PageIntegrationTests extends AbstractMonitorIntegrationTests {

	private static final String NASTY = "<img src=x onerror=\"document.title='run'\"> & 'b' \u202eé/{}";

	private static ChromeDriver browser;

	private final List<LockLease> held = new ArrayList<>();

	@BeforeAll
	static void openBrowser() {
		browser = Browser.open();
	}

	@AfterAll
	static void closeBrowser() {
		if (browser != null) {
			browser.quit();
		}
	}

	@BeforeEach
	void openPage() {
		browser.get(url());
		await().until(() -> text("feed"), "Live"::equals);
	}

	@AfterEach
	void endEmulation() {
		browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
		browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
	}

	@AfterEach
	void releaseLocks() {
		this.held.forEach(LockLease::release);
	}

	@AfterEach
	void thereIsNoErrorInTheConsole() {
		assertThat(browser.manage().logs().get(LogType.BROWSER).getAll()).extracting(LogEntry::getMessage).isEmpty();
	}

	@Test
	void saleIsOversoldWithoutTheLockAndExactWithIt() {
		type("units", "10");
		type("buyers", "40");
		browser.findElement(By.cssSelector("button[value=false]")).click();
		await().until(() -> verdict("without"), (verdict) -> !verdict.equals("Selling"));
		assertThat(verdict("without")).startsWith("Oversold by");
		assertThat(browser.findElements(By.cssSelector("#without .oversold"))).isNotEmpty();
		browser.findElement(By.cssSelector("button[value=true]")).click();
		await().until(() -> verdict("with"), "Exact"::equals);
		assertThat(browser.findElement(By.cssSelector("#with .facts")).getText()).contains("10 sold", "30 turned away",
				"stock level 0");
		assertThat(browser.findElements(By.cssSelector("#with .sold"))).hasSize(10);
		assertThat(browser.findElements(By.cssSelector("#with .oversold"))).isEmpty();
	}

	@Test
	void saleThatIsRefusedSaysWhy() {
		LockLease other = hold("sale::ticket");
		browser.findElement(By.cssSelector("button[value=true]")).click();
		await().until(() -> verdict("with"), "No sale"::equals);
		assertThat(browser.findElement(By.cssSelector("#with .facts")).getText())
			.contains("Another request is working on 'sale::ticket'");
		other.release();
		// The browser reports each response of that kind
		browser.manage().logs().get(LogType.BROWSER);
	}

	@Test
	void keysAreTextAndNoHtml() {
		LockLease lease = hold(NASTY);
		await().until(this::keys, List.of(NASTY)::equals);
		assertThat(browser.findElements(By.tagName("img"))).isEmpty();
		assertThat(browser.getTitle()).isEqualTo("A shop behind locks");
		button(NASTY).click();
		assertThat(text("confirm-key")).isEqualTo(NASTY);
		browser.findElement(By.cssSelector("#confirm button[value=release]")).click();
		await().until(() -> !lease.isHeld());
		await().until(() -> text("message"), ("Released " + NASTY + " by force.")::equals);
		await().until(() -> keys().isEmpty());
		await().until(() -> browser.findElement(By.id("none")).isDisplayed());
	}

	@Test
	void tableKeepsItsOrderAndItsRowsWhileLocksComeAndGo() {
		LockLease second = hold("b");
		await().until(this::keys, List.of("b")::equals);
		WebElement row = browser.findElement(By.cssSelector("#locks tbody tr"));
		LockLease third = hold("c");
		LockLease first = hold("a");
		await().until(this::keys, List.of("a", "b", "c")::equals);
		assertThat(row.getText()).startsWith("b").contains("sample-app", "this instance", "nobody");
		first.release();
		third.release();
		await().until(this::keys, List.of("b")::equals);
		assertThat(row.isDisplayed()).isTrue();
	}

	@Test
	void showsWhoWaits() {
		LockLease lease = hold("busy");
		var waiting = this.locks.acquireAsync(LockSpec.of("busy").withWaitTime(Duration.ofMinutes(1)));
		await().until(() -> browser.findElements(By.cssSelector("td[data-label=Waiting]"))
			.stream()
			.anyMatch((cell) -> cell.getText().startsWith("1 here")));
		lease.release();
		waiting.join().release();
	}

	@Test
	void locksAreReleasedWithTheKeyboardAloneAndNotByMistake() {
		LockLease lease = hold("typed");
		await().until(this::keys, List.of("typed")::equals);
		WebElement button = button("typed");
		browser.executeScript("arguments[0].focus()", button);
		press(Keys.ENTER);
		assertThat(browser.switchTo().activeElement().getText()).isEqualTo("Keep it");
		press(Keys.ESCAPE);
		assertThat(browser.switchTo().activeElement()).isEqualTo(button);
		assertThat(lease.isHeld()).isTrue();
		press(Keys.ENTER);
		press(Keys.TAB);
		press(Keys.ENTER);
		await().until(() -> !lease.isHeld());
		await().until(() -> browser.switchTo().activeElement().getDomAttribute("id"), "locks-title"::equals);
	}

	@Test
	void countingIsInterruptedWhenItsLockIsReleased() {
		browser.findElement(By.id("count")).click();
		await().until(this::keys, List.of("stock::ticket")::equals);
		assertThat(browser.findElement(By.id("count")).getAriaRole()).isEqualTo("button");
		assertThat(browser.findElement(By.id("count")).getDomAttribute("aria-disabled")).isEqualTo("true");
		button("stock::ticket").click();
		browser.findElement(By.cssSelector("#confirm button[value=release]")).click();
		await().until(() -> browser.findElement(By.id("count")).getDomAttribute("aria-disabled"), "false"::equals);
		assertThat(text("counted")).contains("The lock of 'stock::ticket' was lost");
		await().until(() -> text("message"), "Released stock::ticket by force."::equals);
		browser.manage().logs().get(LogType.BROWSER);
	}

	@Test
	void comesBackWhenTheStreamHasEnded() {
		this.monitor.stop();
		await().until(() -> text("feed"), "Reconnecting"::equals);
		this.monitor.start();
		await().until(() -> text("feed"), "Live"::equals);
		browser.manage().logs().get(LogType.BROWSER);
	}

	@ParameterizedTest
	@ValueSource(strings = { "light", "dark" })
	void everythingCanBeReadInEachColorScheme(String scheme) {
		emulate(Map.of("name", "prefers-color-scheme", "value", scheme));
		LockLease lease = hold("k");
		await().until(this::keys, List.of("k")::equals);
		assertThat((Boolean) browser.executeScript("return matchMedia('(prefers-color-scheme: dark)').matches"))
			.isEqualTo(scheme.equals("dark"));
		assertThat(lowContrasts()).isEmpty();
	}

	@Test
	void nothingMovesIfThatIsPreferred() {
		emulate(Map.of("name", "prefers-reduced-motion", "value", "reduce"));
		assertThat(browser.executeScript("""
				return [...document.querySelectorAll('*')]
					.filter(each => getComputedStyle(each).transitionDuration !== '0s').length""")).isEqualTo(0L);
	}

	@ParameterizedTest
	@ValueSource(ints = { 320, 768, 970, 1600 })
	void fitsOnEachScreenAndIsATableThere(int width) {
		LockLease lease = hold("long-".repeat(50));
		browser.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", 740, "deviceScaleFactor", 1, "mobile", width < 600));
		await().until(() -> keys().size() == 1);
		assertThat((List<?>) browser.executeScript("""
				return [...document.querySelectorAll('.card :not(thead *)')].filter(each => each.checkVisibility()
					&& each.getBoundingClientRect().right > each.closest('.card').getBoundingClientRect().right)
					.map(each => each.outerHTML)""")).isEmpty();
		assertThat(browser
			.executeScript("return document.documentElement.scrollWidth - document.documentElement.clientWidth"))
			.isEqualTo(0L);
		assertThat(browser.findElement(By.id("locks")).getAriaRole()).isEqualTo("table");
		assertThat(browser.findElement(By.cssSelector("#locks tbody th")).getAriaRole()).isEqualTo("rowheader");
	}

	private LockLease hold(String key) {
		LockLease lease = this.locks.acquireAsync(LockSpec.of(key)).join();
		this.held.add(lease);
		return lease;
	}

	/**
	 * Return the texts with less contrast to what is behind them than WCAG 2 (AA) asks
	 * for.
	 */
	private static List<?> lowContrasts() {
		return (List<?>) browser.executeScript(
				"""
						const parts = color => color.match(/[\\d.]+/g).map(Number);
						const luminance = color => parts(color).slice(0, 3).map(c => c / 255)
							.map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
							.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
						const ground = each => {
							const color = getComputedStyle(each).backgroundColor;
							return parts(color)[3] === 0 ? ground(each.parentElement) : color;
						};
						return [...document.querySelectorAll('body *')]
							.filter(each => each.checkVisibility()
								&& (each.tagName === 'INPUT' || [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim())))
							.filter(each => {
								const [low, high] = [luminance(getComputedStyle(each).color), luminance(ground(each))].sort((a, b) => a - b);
								return (high + 0.05) / (low + 0.05) < 4.5;
							})
							.map(each => each.outerHTML)""");
	}

	private static void emulate(Map<String, String> feature) {
		browser.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of(feature)));
	}

	private static void type(String field, String value) {
		WebElement input = browser.findElement(By.name(field));
		input.clear();
		input.sendKeys(value);
	}

	private static void press(Keys key) {
		browser.switchTo().activeElement().sendKeys(key);
	}

	private static String text(String id) {
		return browser.findElement(By.id(id)).getText();
	}

	private static String verdict(String result) {
		return browser.findElement(By.cssSelector("#" + result + " .verdict")).getText();
	}

	private List<?> keys() {
		return (List<?>) browser.executeScript(
				"return [...document.querySelectorAll('#locks tbody tr:not(.gone) th')].map(key => key.textContent)");
	}

	private static WebElement button(String key) {
		return browser.findElements(By.cssSelector("#locks tbody button"))
			.stream()
			.filter((button) -> button.getAccessibleName().equals("Release " + key + " by force"))
			.findFirst()
			.orElseThrow();
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofSeconds(60)).ignoreExceptions();
	}

}
