using System.Diagnostics;
using System.Text;
using System.Text.Json;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Http;

/// <summary>JSON of the right names and any values: answered or refused in words, never by an error of the server. The seed is in the message of a failure.</summary>
public sealed class StrangeBodies(SharedServer shared) : IClassFixture<SharedServer>
{
    private static readonly TimeSpan s_while = TimeSpan.FromSeconds(1.5);
    private static readonly string[] s_names =
    [
        "persona_id", "scenario_id", "session_id", "mode", "role", "text", "itemId", "item_id", "isFinal", "timestamp", "startedAt", "previousItemId", "client_turn_id", "phase", "gate", "sdp", "voice",
        "model", "reason", "error", "source", "turns", "auto_reply", "input_language", "__proto__", "",
    ];

    private static readonly string[] s_values =
    [
        "null", "true", "0", "-1", "1e308", "9223372036854775808", "1.5", "\"\"", "\" \"", "\"user\"", "\"final\"", "\"\\u0000\"", "\"\\ud83d\\ude00\"", "\"2026-02-30T25:00:00Z\"", "[]", "[null]", "{}",
        "{\"a\":{\"b\":[1,{\"c\":null}]}}", "[[[[[[1]]]]]]", "\"../../etc/passwd\"", "\"' or 1=1 --\"",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(null)]
    public async Task Are_never_an_error_of_the_server(int? given)
    {
        var seed = given ?? Random.Shared.Next();
        var random = new Random(seed);
        string[] routes = [.. BadBodies.RoutesWithABody.Select(static row => row.Data)];
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < s_while)
        {
            var route = routes[random.Next(routes.Length)];
            var body = "{" + string.Join(',', Enumerable.Range(0, random.Next(6)).Select(_ => $"\"{s_names[random.Next(s_names.Length)]}\":{Value(random)}")) + "}";
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await shared.Http.PostAsync(new Uri(route, UriKind.Relative), content, TestContext.Current.CancellationToken);
            var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            var where = $"seed {seed}: {route} {body} was answered {(int)response.StatusCode} {answer}";
            // Voice is off on this server, and says so by 503.
            Assert.True((int)response.StatusCode is < 500 or 503, where);
            if (response.IsSuccessStatusCode) continue;
            using var told = JsonDocument.Parse(answer);
            Assert.True(told.RootElement.TryGetProperty("error", out var code) && code.ValueKind == JsonValueKind.String, where);
        }
    }

    private static string Value(Random random) => random.Next(20) == 0 ? JsonSerializer.Serialize(new string('x', random.Next(100_000))) : s_values[random.Next(s_values.Length)];
}
