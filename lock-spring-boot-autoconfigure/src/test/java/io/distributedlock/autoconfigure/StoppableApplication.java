package io.distributedlock.autoconfigure;

import java.time.Duration;
import java.util.Scanner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.distributedlock.LockException;
import io.distributedlock.LockLease;
import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * An application in a JVM of its own, to be ended with SIGTERM. Does what it reads from
 * its standard input, {@code hold <key>}, {@code wait <key>}, and prints what it did.
 */
public final class StoppableApplication {

	private static final CountDownLatch FOREVER = new CountDownLatch(1);

	private StoppableApplication() {
	}

	/**
	 * Take the port of Redis and the kind of web application as arguments.
	 */
	public static void main(String[] arguments) {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.valueOf(arguments[1]))
			.properties("server.port=0", "server.shutdown=graceful", "spring.data.redis.host=127.0.0.1",
					"spring.data.redis.port=" + arguments[0], "spring.application.name=stoppable")
			.run();
		System.out.println("ready " + context.getEnvironment().getProperty("local.server.port"));
		LockOperations locks = context.getBean(LockOperations.class);
		Scanner in = new Scanner(System.in);
		while (in.hasNextLine()) {
			String[] command = in.nextLine().split(" ");
			Thread thread = new Thread(() -> lock(locks, command[0], command[1]));
			thread.setDaemon(true);
			thread.start();
		}
		System.exit(1);
	}

	private static void lock(LockOperations locks, String command, String key) {
		try (LockLease lease = locks
			.acquire(LockSpec.of(key).withTtl(Duration.ofSeconds(30)).withWaitTime(Duration.ofMinutes(1)))) {
			System.out.println(command + " has " + key + " " + lease.isHeld());
			if (command.equals("hold")) {
				FOREVER.await();
			}
		}
		catch (LockException ex) {
			System.out.println(command + " failed: " + ex.getMessage());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@RestController
	static class Application {

		private final LockOperations locks;

		Application(LockOperations locks) {
			this.locks = locks;
		}

		/**
		 * Hold a lock for a while.
		 */
		@GetMapping("/work")
		boolean work(@RequestParam("key") String key, @RequestParam("millis") long millis) throws InterruptedException {
			return this.locks.<Boolean, InterruptedException>execute(LockSpec.of(key), (lease) -> {
				System.out.println("working on " + key);
				new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
				System.out.println("worked " + lease.isHeld());
				return lease.isHeld();
			});
		}

	}

}
