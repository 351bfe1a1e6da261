package io.distributedlock.sample.monitor;

import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The locks of all instances over HTTP, as server-sent events. They are released by force
 * with the Actuator endpoint itself.
 */
@RestController
class LockMonitorController {

	private final LockMonitor monitor;

	LockMonitorController(LockMonitor monitor) {
		this.monitor = monitor;
	}

	@GetMapping(path = "/locks", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	SseEmitter locks() {
		return this.monitor.open();
	}

}
