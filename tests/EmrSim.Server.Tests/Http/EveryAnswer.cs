using System.Net;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Http;

public sealed class EveryAnswer(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly HttpClient _http = shared.Http;

    [Fact]
    public async Task Carries_the_request_id_that_the_caller_gave()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/health/live", UriKind.Relative));
        request.Headers.Add("X-Request-Id", "  walk-17 ");
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("walk-17", Assert.Single(response.Headers.GetValues("X-Request-Id")));
    }

    [Fact]
    public async Task Falls_back_to_the_correlation_id_and_then_to_a_new_one()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/health/live", UriKind.Relative));
        request.Headers.Add("X-Correlation-Id", "c-1");
        using var correlated = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("c-1", Assert.Single(correlated.Headers.GetValues("X-Request-Id")));
        using var bare = await _http.GetAnswerAsync("/health/live");
        Assert.True(Guid.TryParse(Assert.Single(bare.Headers.GetValues("X-Request-Id")), out _));
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/nowhere")]
    public async Task Has_the_security_headers(string path)
    {
        using var response = await _http.GetAnswerAsync(path);
        CheckSecurityHeaders(response);
    }

    [Fact]
    public async Task Has_them_when_the_body_can_not_be_read_too()
    {
        using var body = new StringContent("{bad", System.Text.Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(new Uri("/api/sessions", UriKind.Relative), body, TestContext.Current.CancellationToken);
        await response.RefusedAsync(HttpStatusCode.BadRequest, "invalid_json");
        CheckSecurityHeaders(response);
        Assert.True(Guid.TryParse(Assert.Single(response.Headers.GetValues("X-Request-Id")), out _));
    }

    private static void CheckSecurityHeaders(HttpResponseMessage response)
    {
        foreach (var name in (string[])["X-Content-Type-Options", "X-Frame-Options", "Strict-Transport-Security", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Content-Security-Policy"])
            Assert.True(response.Headers.Contains(name), name);
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task To_an_unknown_route_is_a_json_404()
    {
        using var response = await _http.GetAnswerAsync("/api/nowhere");
        await response.RefusedAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData("GET", "/api/sessions")]
    [InlineData("DELETE", "/health")]
    [InlineData("PUT", "/api/voice/token")]
    public async Task To_a_method_that_the_address_does_not_take_is_a_json_404(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        await response.RefusedAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData("/health", HttpStatusCode.OK)]
    [InlineData("/api/sps/personas", HttpStatusCode.OK)]
    [InlineData("/", HttpStatusCode.OK)]
    [InlineData("/nowhere", HttpStatusCode.NotFound)]
    public async Task To_head_is_the_one_to_get_without_its_body(string path, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(path, UriKind.Relative));
        using var head = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        using var get = await _http.GetAnswerAsync(path);
        Assert.Equal((status, status), (head.StatusCode, get.StatusCode));
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("http://localhost:5173", true)]
    [InlineData("https://evil.example", false)]
    public async Task Allows_only_known_origins(string origin, bool allowed)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/health", UriKind.Relative));
        request.Headers.Add("Origin", origin);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(allowed, response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task To_a_preflight_is_204_with_the_methods_and_credentials()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri("/api/sessions", UriKind.Relative));
        request.Headers.Add("Origin", "http://localhost:5173");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type");
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("true", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Credentials")));
        Assert.Contains("POST", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
    }
}
