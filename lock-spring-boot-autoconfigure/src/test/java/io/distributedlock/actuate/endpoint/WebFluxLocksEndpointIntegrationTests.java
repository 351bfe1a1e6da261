package io.distributedlock.actuate.endpoint;

import org.springframework.boot.WebApplicationType;

/**
 * The endpoint with WebFlux.
 */
class WebFluxLocksEndpointIntegrationTests extends AbstractLocksEndpointTests {

	WebFluxLocksEndpointIntegrationTests() {
		super(WebApplicationType.REACTIVE);
	}

}
