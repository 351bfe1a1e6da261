package io.distributedlock.redis.redlock;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandArgs;
import io.netty.buffer.ByteBuf;

/**
 * Arguments of a command that goes to several servers, put into the form of the protocol
 * only once.
 */
final class EncodedArguments extends CommandArgs<byte[], byte[]> {

	private static final byte[] END_OF_LINE = { '\r', '\n' };

	private final int count;

	private final byte[] encoded;

	/**
	 * Encode what runs a script by its digest.
	 */
	EncodedArguments(byte[] digest, byte[][] keys, byte[][] arguments) {
		super(ByteArrayCodec.INSTANCE);
		this.count = 2 + keys.length + arguments.length;
		ByteArrayOutputStream content = new ByteArrayOutputStream(512);
		write(content, digest);
		write(content, bytes(keys.length));
		for (byte[] key : keys) {
			write(content, key);
		}
		for (byte[] argument : arguments) {
			write(content, argument);
		}
		this.encoded = content.toByteArray();
	}

	private static void write(ByteArrayOutputStream content, byte[] argument) {
		content.write('$');
		content.writeBytes(bytes(argument.length));
		content.writeBytes(END_OF_LINE);
		content.writeBytes(argument);
		content.writeBytes(END_OF_LINE);
	}

	private static byte[] bytes(int number) {
		return Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
	}

	@Override
	public int count() {
		return this.count;
	}

	@Override
	public void encode(ByteBuf buffer) {
		buffer.writeBytes(this.encoded);
	}

}
