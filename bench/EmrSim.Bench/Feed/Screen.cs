using System.Diagnostics;
using System.Text;

namespace EmrSim.Bench.Feed;

/// <summary>One that watches an encounter by server-sent events, and notes when each utterance came.</summary>
public sealed class Screen : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _http;
    private readonly Task _reading;
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<string, long> _heard;

    private Screen(int port, string session, Action<string, long> heard)
    {
        _heard = heard;
        _http = new() { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = Timeout.InfiniteTimeSpan };
        _reading = ReadAsync($"/api/sessions/{session}/events?after=1000000000");
    }

    /// <param name="heard">Told the words and the time.</param>
    public static async Task<Screen> OpenAsync(int port, string session, Action<string, long> heard)
    {
        var screen = new Screen(port, session, heard);
        await screen._open.Task;
        return screen;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _reading;
        _http.Dispose();
        _stopping.Dispose();
    }

    private async Task ReadAsync(string path)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, _stopping.Token);
            response.EnsureSuccessStatusCode();
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(_stopping.Token), Encoding.UTF8, false, 4096);
            while (await lines.ReadLineAsync(_stopping.Token) is { } line)
            {
                _open.TrySetResult();
                var now = Stopwatch.GetTimestamp();
                var at = line.StartsWith("data: ", StringComparison.Ordinal) ? line.IndexOf("\"text\":\"", StringComparison.Ordinal) : -1;
                if (at >= 0) _heard(line[(at + 8)..line.IndexOf('"', at + 8)], now);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
