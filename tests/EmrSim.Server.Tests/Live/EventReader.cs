using System.Collections.Concurrent;
using System.Text.Json;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Live;

/// <summary>A reader of server-sent events that keeps what it is told and comes back with its place when the stream ends.</summary>
public sealed class EventReader : IAsyncDisposable
{
    private static readonly TimeSpan s_tryAgain = TimeSpan.FromMilliseconds(100);
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _http;
    private readonly Task _reading;
    private string? _place;

    private EventReader(ServerProcess server, string session)
    {
        _http = new() { BaseAddress = server.Http.BaseAddress, Timeout = Timeout.InfiniteTimeSpan };
        _reading = ReadAsync($"/api/sessions/{session}/events");
    }

    public ConcurrentQueue<JsonElement> Entries { get; } = new();

    public bool IsOpen { get; private set; }

    public IReadOnlyList<long> Seqs => [.. Entries.Where(entry => entry.GetProperty("isFinal").GetBoolean()).Select(entry => entry.GetProperty("seq").GetInt64())];

    public static async Task<EventReader> OpenAsync(ServerProcess server, string session)
    {
        var reader = new EventReader(server, session);
        await Eventually.TrueAsync(() => reader.IsOpen, TimeSpan.FromSeconds(30), () => "The stream did not open.");
        return reader;
    }

    public bool Heard(string text) => Entries.Any(entry => entry.GetProperty("text").GetString() == text);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _reading;
        _http.Dispose();
        _stopping.Dispose();
    }

    private async Task ReadAsync(string path)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
                if (_place is not null) request.Headers.Add("Last-Event-ID", _place);
                using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _stopping.Token);
                IsOpen = response.IsSuccessStatusCode;
                using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(_stopping.Token));
                while (await lines.ReadLineAsync(_stopping.Token) is { } line) Take(line);
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException or OperationCanceledException)
            {
                if (_stopping.IsCancellationRequested) return;
                await Task.Delay(s_tryAgain);
            }
        }
    }

    private void Take(string line)
    {
        if (line.StartsWith("id: ", StringComparison.Ordinal)) _place = line[4..];
        if (line.StartsWith("data: ", StringComparison.Ordinal) && JsonSerializer.Deserialize<JsonElement>(line[6..]) is { ValueKind: JsonValueKind.Object } told && told.TryGetProperty("text", out _)) Entries.Enqueue(told);
    }
}
