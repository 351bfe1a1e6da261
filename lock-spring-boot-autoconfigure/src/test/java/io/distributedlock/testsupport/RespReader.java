package io.distributedlock.testsupport;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Reads RESP 2 and RESP 3 messages, and inline commands, one by one from a stream.
 */
final class RespReader {

	private final InputStream in;

	private final ByteArrayOutputStream raw = new ByteArrayOutputStream();

	RespReader(InputStream in) {
		this.in = new BufferedInputStream(in);
	}

	/**
	 * Read the next message, waiting for all of it.
	 * @return the message
	 * @throws EOFException if the stream ends before or within the message
	 */
	RespMessage read() throws IOException {
		this.raw.reset();
		Object value = readValue();
		return new RespMessage(this.raw.toByteArray(), value);
	}

	private @Nullable Object readValue() throws IOException {
		int type = readByte();
		String line = readLine();
		return switch (type) {
			case '+', ',', '(' -> line;
			case '-' -> new RespException(line);
			case ':' -> Long.valueOf(line);
			case '#' -> "t".equals(line) ? 1L : 0L;
			case '_' -> null;
			case '$', '=', '!' -> readBulk(type, Integer.parseInt(line));
			case '*', '~', '>' -> readList(Integer.parseInt(line));
			case '%' -> readList(2 * Integer.parseInt(line));
			case '|' -> {
				readList(2 * Integer.parseInt(line));
				yield readValue();
			}
			default -> List.of(((char) type + line).trim().split(" +"));
		};
	}

	private @Nullable Object readBulk(int type, int length) throws IOException {
		if (length < 0) {
			return null;
		}
		byte[] bytes = this.in.readNBytes(length + 2);
		if (bytes.length < length + 2) {
			throw new EOFException();
		}
		this.raw.write(bytes);
		String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
		return (type == '!') ? new RespException(text) : text;
	}

	private @Nullable List<@Nullable Object> readList(int size) throws IOException {
		if (size < 0) {
			return null;
		}
		List<@Nullable Object> list = new ArrayList<>();
		for (int i = 0; i < size; i++) {
			list.add(readValue());
		}
		return list;
	}

	private String readLine() throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		for (int b = readByte(); b != '\n'; b = readByte()) {
			line.write(b);
		}
		return line.toString(StandardCharsets.UTF_8).stripTrailing();
	}

	private int readByte() throws IOException {
		int b = this.in.read();
		if (b < 0) {
			throw new EOFException();
		}
		this.raw.write(b);
		return b;
	}

}
