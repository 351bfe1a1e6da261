package io.distributedlock.sample.monitor;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * Chromium or Chrome, and its driver, as the operating system has them on its path.
 * Nothing is downloaded.
 */
final class Browser {

	private static final Optional<Path> DRIVER = find("chromedriver");

	private static final Optional<Path> BINARY = Stream
		.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
		.flatMap((name) -> find(name).stream())
		.findFirst();

	private static final Logger logger = Logger.getLogger("org.openqa.selenium");

	private Browser() {
	}

	/**
	 * Return whether there is a browser.
	 */
	static boolean isInstalled() {
		return DRIVER.isPresent() && BINARY.isPresent();
	}

	static ChromeDriver open() {
		// It warns of every browser that is newer than itself
		logger.setLevel(Level.SEVERE);
		ChromeOptions options = new ChromeOptions();
		options.setBinary(BINARY.orElseThrow().toFile());
		// It opens nothing but our own page, and containers may have neither user
		// namespaces nor much shared memory
		options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1100,1000");
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
		ChromeDriverService service = new ChromeDriverService.Builder()
			.usingDriverExecutable(DRIVER.orElseThrow().toFile())
			.usingAnyFreePort()
			.build();
		return new ChromeDriver(service, options);
	}

	private static Optional<Path> find(String name) {
		return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
			.filter((directory) -> !directory.isEmpty())
			.map((directory) -> Path.of(directory, name))
			.filter(Files::isExecutable)
			.findFirst();
	}

}
