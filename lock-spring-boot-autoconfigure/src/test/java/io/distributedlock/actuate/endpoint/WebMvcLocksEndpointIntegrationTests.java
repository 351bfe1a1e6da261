package io.distributedlock.actuate.endpoint;

import org.springframework.boot.WebApplicationType;

/**
 * The endpoint with Spring MVC.
 */
class WebMvcLocksEndpointIntegrationTests extends AbstractLocksEndpointTests {

	WebMvcLocksEndpointIntegrationTests() {
		super(WebApplicationType.SERVLET);
	}

}
