package io.distributedlock.sample.order;

import java.util.Optional;

import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Repository;

/**
 * Keeps in Redis which orders are paid.
 */
@Repository
class PaymentRepository {

	private static final String PREFIX = "payment:";

	private final StringRedisTemplate redis;

	PaymentRepository(StringRedisTemplate redis) {
		this.redis = redis;
	}

	Optional<Payment> find(String orderId) {
		return Optional.ofNullable(this.redis.opsForValue().get(PREFIX + orderId))
			.map((fencingToken) -> new Payment(orderId, Long.parseLong(fencingToken)));
	}

	void save(Payment payment) {
		this.redis.opsForValue().set(PREFIX + payment.orderId(), Long.toString(payment.fencingToken()));
	}

}
