package io.distributedlock.engine;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.distributedlock.LockHolder;
import org.jspecify.annotations.Nullable;

/**
 * Makes the owner tokens of this JVM: {@code application@host/pid:<random>#<count>}. The
 * 128 random bits tell this instance from all others, ever; the count tells its
 * acquisitions apart.
 */
final class OwnerTokens {

	private static final int MAX_PART_LENGTH = 64;

	private static final Pattern TOKEN = Pattern.compile("([\\p{Alnum}._-]+)@([\\p{Alnum}._-]+)/(\\d{1,18}):[^#]*#.*");

	private final String prefix;

	private final AtomicLong count = new AtomicLong();

	OwnerTokens(String application) {
		byte[] random = new byte[16];
		new SecureRandom().nextBytes(random);
		this.prefix = "%s@%s/%d:%s#".formatted(readable(application), readable(hostName()),
				ProcessHandle.current().pid(), Base64.getUrlEncoder().withoutPadding().encodeToString(random));
	}

	/**
	 * Return the name of this instance, with which its owner tokens begin.
	 */
	String instance() {
		return this.prefix.substring(0, this.prefix.length() - 1);
	}

	String next() {
		return this.prefix + this.count.incrementAndGet();
	}

	/**
	 * Describe the owner of a token by the part of it that may be shown, or return null
	 * if the token is not one of ours: it may be a secret of another program.
	 * @param heldFor for how long it has held the lock, or null if that is not known
	 */
	static @Nullable LockHolder describe(String token, @Nullable Duration heldFor) {
		Matcher matcher = TOKEN.matcher(token);
		return matcher.matches()
				? LockHolder.of(matcher.group(1), matcher.group(2), Long.parseLong(matcher.group(3)), heldFor) : null;
	}

	private static String hostName() {
		String host = System.getenv("HOSTNAME");
		if (host != null && !host.isBlank()) {
			return host;
		}
		try {
			return InetAddress.getLocalHost().getHostName();
		}
		catch (UnknownHostException ex) {
			return "unknown";
		}
	}

	private static String readable(String part) {
		String cleaned = part.replaceAll("[^\\p{Alnum}._-]", "_");
		if (cleaned.isEmpty()) {
			return "unknown";
		}
		return (cleaned.length() <= MAX_PART_LENGTH) ? cleaned : cleaned.substring(0, MAX_PART_LENGTH);
	}

}
