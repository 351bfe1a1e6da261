package io.distributedlock.benchmarks.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code MONITOR}, which shows where each command comes from. It slows Redis down,
 * so it never runs while something is timed.
 */
public final class CommandMonitor {

	private static final Pattern LINE = Pattern.compile("\\+[\\d.]+ \\[\\d+ (\\S+)] \"([^\"]+)\".*");

	private final Socket socket;

	private final BufferedReader lines;

	private final CommandOrigins origins = new CommandOrigins();

	private final String mark = UUID.randomUUID().toString();

	private final Thread reader = new Thread(this::read);

	CommandMonitor(int port) throws IOException {
		this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
		this.lines = new BufferedReader(
				new InputStreamReader(this.socket.getInputStream(), StandardCharsets.ISO_8859_1));
		this.socket.getOutputStream().write("MONITOR\r\n".getBytes(StandardCharsets.US_ASCII));
		this.lines.readLine();
		this.reader.setDaemon(true);
		this.reader.start();
	}

	private void read() {
		try {
			String line = this.lines.readLine();
			while (line != null && !line.contains(this.mark)) {
				Matcher matcher = LINE.matcher(line);
				if (matcher.matches()) {
					this.origins.add(matcher.group(2).toLowerCase(Locale.ROOT), matcher.group(1).equals("lua"));
				}
				line = this.lines.readLine();
			}
		}
		catch (IOException ex) {
			// What was read so far has to do
		}
	}

	/**
	 * Stop.
	 * @param redis the server
	 * @return where the commands since the start came from
	 * @throws IOException if the connection cannot be closed
	 * @throws InterruptedException if interrupted
	 */
	public CommandOrigins stop(RedisServer redis) throws IOException, InterruptedException {
		redis.mark(this.mark);
		this.reader.join();
		this.socket.close();
		return this.origins;
	}

}
