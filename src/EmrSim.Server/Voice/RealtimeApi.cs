using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Mime;
using EmrSim.Server.Http;
using EmrSim.Server.Settings;
using EmrSim.Server.Traces;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace EmrSim.Server.Voice;

/// <summary>The realtime voice service over HTTP, in its GA shape. Every call ends within the timeout, its body included.</summary>
public sealed class RealtimeApi : IDisposable
{
    private const int LargestAnswer = 1024 * 1024;
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(5);
    private static readonly MediaTypeHeaderValue s_json = new(MediaTypeNames.Application.Json);
    private static readonly MediaTypeHeaderValue s_sdp = new("application/sdp");

    private readonly HttpClient _http;
    private readonly ResiliencePipeline<UpstreamAnswer> _pipeline;
    private readonly Uri _secrets;
    private readonly Uri _calls;
    private readonly AuthenticationHeaderValue? _key;
    private readonly TimeProvider _clock;

    public RealtimeApi(ServerSettings settings, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var root = settings.Voice.BaseUrl.AbsoluteUri.TrimEnd('/');
        _secrets = new(root + "/realtime/client_secrets");
        _calls = new(root + "/realtime/calls");
        _key = settings.Voice.ApiKey is { } key ? Bearer(key) : null;
        _clock = clock;
        _pipeline = Pipeline(TimeSpan.FromSeconds(settings.Voice.TimeoutSeconds), clock);
        _http = new(new SocketsHttpHandler
        {
            // A redirect would carry the key to where it leads.
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LargestAnswer,
        };
    }

    public Task<UpstreamAnswer> CreateSecretAsync(byte[] request, CancellationToken cancellationToken) =>
        CallAsync(new("mint", _secrets, _key, s_json, request), cancellationToken);

    public Task<UpstreamAnswer> ExchangeAsync(string token, byte[] offer, CancellationToken cancellationToken) =>
        CallAsync(new("sdp", _calls, Bearer(token), s_sdp, offer), cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<UpstreamAnswer> CallAsync(Call call, CancellationToken cancellationToken)
    {
        using var span = ServerTraces.Begin($"voice {call.Name}", ActivityKind.Client)?.SetTag("server.address", call.Address.Host).SetTag("server.port", call.Address.Port);
        var started = Stopwatch.GetTimestamp();
        var answer = await AttemptAsync(call, cancellationToken);
        span?.SetTag("emrsim.outcome", answer.Outcome);
        if (answer.Status > 0) span?.SetTag("http.response.status_code", answer.Status);
        if (!answer.IsSuccess) span?.SetTag("error.type", answer.Outcome).SetStatus(ActivityStatusCode.Error);
        VoiceMetrics.Upstream(call.Name, answer.Outcome, Stopwatch.GetElapsedTime(started));
        return answer;
    }

    private async Task<UpstreamAnswer> AttemptAsync(Call call, CancellationToken cancellationToken)
    {
        try
        {
            return await _pipeline.ExecuteAsync(static (state, token) => state.Api.SendAsync(state.Call, token), (Api: this, Call: call), cancellationToken);
        }
        catch (TimeoutRejectedException)
        {
            return UpstreamAnswer.None("timeout");
        }
        catch (BrokenCircuitException)
        {
            return UpstreamAnswer.None("failing repeatedly", s_rest);
        }
        catch (HttpRequestException failure)
        {
            return UpstreamAnswer.None(failure.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError ? "unreachable" : "connection lost");
        }
    }

    private async ValueTask<UpstreamAnswer> SendAsync(Call call, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, call.Address) { Content = new ByteArrayContent(call.Body) };
        request.Content.Headers.ContentType = call.ContentType;
        request.Headers.Authorization = call.Authorization;
        if (RequestId.Current is { } id) request.Headers.TryAddWithoutValidation(RequestId.HeaderName, id);
        using var response = await _http.SendAsync(request, cancellationToken);
        return new((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken), response.Headers.Location?.OriginalString, Wait(response.Headers.RetryAfter));
    }

    private TimeSpan? Wait(RetryConditionHeaderValue? header) =>
        header is null ? null : header.Delta ?? header.Date - _clock.GetUtcNow();

    private static AuthenticationHeaderValue Bearer(string secret) => new("Bearer", secret);

    // One more try only when no connection was made: a request that was sent may have been done, and be billed.
    private static ResiliencePipeline<UpstreamAnswer> Pipeline(TimeSpan timeout, TimeProvider clock) => new ResiliencePipelineBuilder<UpstreamAnswer> { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions<UpstreamAnswer>
        {
            MaxRetryAttempts = 1,
            Delay = TimeSpan.FromMilliseconds(100),
            ShouldHandle = new PredicateBuilder<UpstreamAnswer>().Handle<HttpRequestException>(failure => failure.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError),
        })
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<UpstreamAnswer>
        {
            FailureRatio = 0.9,
            MinimumThroughput = 20,
            SamplingDuration = TimeSpan.FromSeconds(10),
            BreakDuration = s_rest,
            ShouldHandle = new PredicateBuilder<UpstreamAnswer>().Handle<HttpRequestException>().Handle<TimeoutRejectedException>().HandleResult(static answer => answer.Status >= 500),
        })
        .AddTimeout(timeout)
        .Build();

    private sealed record Call(string Name, Uri Address, AuthenticationHeaderValue? Authorization, MediaTypeHeaderValue ContentType, byte[] Body);
}
