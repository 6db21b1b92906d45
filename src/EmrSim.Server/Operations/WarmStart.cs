using System.Diagnostics;
using System.Text;
using EmrSim.Server.Live;
using EmrSim.Server.Settings;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.SignalR;

namespace EmrSim.Server.Operations;

/// <summary>
/// Sends a few requests that change nothing through the pipeline before the server says that it is ready, so that nobody's first
/// request pays for what is done once: compiling, opening connections, loading content.
/// </summary>
public sealed partial class WarmStart(ServerSettings settings, IDataProtectionProvider protection, IServiceProvider services, IHostApplicationLifetime lifetime, ILogger<WarmStart> log) : IHostedService
{
    // Never longer than this: being slow is better than not being there.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly (string Method, string Path, string? Body)[] s_ways =
    [
        ("GET", "/api/sps/personas", null),
        ("GET", "/api/sps/scenarios", null),
        ("POST", "/api/sessions", """{"persona_id":"-","scenario_id":"-"}"""),
        ("GET", "/api/sessions/-/turns", null),
        ("POST", "/api/transcript/relay/-", """{"role":"user","text":"-","itemId":"-"}"""),
        ("POST", "/api/sessions/-/messages", """{"text":"-"}"""),
    ];

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RequestDelegate? _pipeline;

    /// <summary>Ends when it is done, or has taken too long.</summary>
    public Task Over => _over.Task;

    /// <summary>Everything behind this place in the pipeline is warmed.</summary>
    public RequestDelegate From(RequestDelegate next) => _pipeline = next;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() => _ = WarmAsync());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task WarmAsync()
    {
        var began = Stopwatch.GetTimestamp();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);
        patience.CancelAfter(s_patience);
        // Sealing must not wait for the database later, when that may be away.
        var sealing = settings.Voice.Enabled || settings.Storage.StoreUrl is not null ? Task.Run(ReadSealKeys) : Task.CompletedTask;
        var asked = 0;
        try
        {
            foreach (var (method, path, body) in s_ways)
            {
                await Task.Run(() => AskAsync(method, path, body, patience.Token), patience.Token).WaitAsync(patience.Token);
                asked++;
            }

            await Task.Run(PrepareHub, patience.Token).WaitAsync(patience.Token);
            await sealing.WaitAsync(patience.Token);
        }
        catch (Exception problem) when (problem is OperationCanceledException or IOException or InvalidOperationException)
        {
            // Whoever asks first pays the rest.
        }

        // What the start has left behind is given back before it is anyone's pause.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        LogWarm(asked, s_ways.Length, (int)Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        _over.SetResult();
    }

    private void PrepareHub() => services.GetRequiredService<HubConnectionHandler<EncounterHub>>();

    private void ReadSealKeys()
    {
        try
        {
            protection.CreateProtector("warm-start").Protect([1]);
        }
        catch (Exception problem)
        {
            LogNoSealKeys(problem.Message);
        }
    }

    private async Task AskAsync(string method, string path, string? body, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider, RequestAborted = cancellationToken };
        var request = context.Request;
        (request.Method, request.Scheme, request.Host, request.Path) = (method, "http", new("localhost"), path);
        request.Headers[Http.RequestId.HeaderName] = "warm-start";
        if (body is not null)
        {
            request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
            request.ContentLength = request.Body.Length;
            request.ContentType = "application/json";
        }

        await _pipeline!(context);
    }

    [LoggerMessage(8, LogLevel.Warning, "The keys that seal voice tokens can't be read now; the first token tries again: {Reason}")]
    private partial void LogNoSealKeys(string reason);

    [LoggerMessage(7, LogLevel.Information, "Ready: {Asked} of {Ways} ways were warmed in {Ms} ms")]
    private partial void LogWarm(int asked, int ways, int ms);
}
