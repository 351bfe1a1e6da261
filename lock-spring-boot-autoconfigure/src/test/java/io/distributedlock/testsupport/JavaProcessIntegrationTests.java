package io.distributedlock.testsupport;

import java.time.Duration;
import java.util.List;
import java.util.Scanner;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link JavaProcess}.
 */
class JavaProcessIntegrationTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private static final Duration SHORT = Duration.ofMillis(200);

	@Test
	void talksToMainClass() {
		try (JavaProcess java = JavaProcess.start(List.of("-Dgreeting=hello"), Echo.class, "world")) {
			assertThat(java.awaitLine((line) -> line.startsWith("hello"), TIMEOUT)).isEqualTo("hello world");
			java.send("one");
			java.send("one");
			java.awaitLine("echo one"::equals, TIMEOUT);
			java.awaitLine("echo one"::equals, TIMEOUT);
			java.send("end");
			assertThat(java.awaitExit(TIMEOUT)).isEqualTo(3);
			assertThat(java.lines()).contains("hello world", "echo one");
		}
	}

	@Test
	void doesNothingWhilePaused() {
		try (JavaProcess java = JavaProcess.start(Echo.class, "world")) {
			java.awaitLine((line) -> line.endsWith("world"), TIMEOUT);
			java.pause();
			java.send("one");
			assertThatIllegalStateException().isThrownBy(() -> java.awaitLine("echo one"::equals, SHORT))
				.withMessageContaining("did not print");
			java.resume();
			java.awaitLine("echo one"::equals, TIMEOUT);
		}
	}

	@Test
	void canBeKilled() {
		try (JavaProcess java = JavaProcess.start(Echo.class, "world")) {
			java.kill();
			assertThat(java.isAlive()).isFalse();
			assertThatIllegalStateException().isThrownBy(() -> java.awaitLine("never"::equals, TIMEOUT))
				.withMessageContaining("ended without");
		}
	}

	@Test
	void closeEndsProcess() {
		JavaProcess java = JavaProcess.start(Echo.class, "world");
		java.pause();
		java.close();
		assertThat(java.isAlive()).isFalse();
		assertThat(ProcessHandle.of(java.pid())).isEmpty();
	}

	/**
	 * Writes what it reads.
	 */
	public static final class Echo {

		private Echo() {
		}

		public static void main(String[] args) {
			System.out.println(System.getProperty("greeting") + " " + args[0]);
			Scanner in = new Scanner(System.in);
			while (in.hasNextLine()) {
				String line = in.nextLine();
				if (line.equals("end")) {
					System.exit(3);
				}
				System.out.println("echo " + line);
			}
		}

	}

}
