using System.Net;
using System.Text;
using System.Text.Json;

namespace EmrSim.Server.Tests.Processes;

/// <summary>Short ways to ask and to look into the answer.</summary>
public static class Answers
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new InvalidOperationException($"{(int)response.StatusCode} with no JSON: {text}");
        }
    }

    public static Task<HttpResponseMessage> PostTextAsync(this HttpClient http, string path, string body, string type = "application/json") =>
        http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body, Encoding.UTF8, type));

    public static Task<HttpResponseMessage> PostBytesAsync(this HttpClient http, string path, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        return http.PostAsync(new Uri(path, UriKind.Relative), content);
    }

    public static Task<HttpResponseMessage> PostAsync(this HttpClient http, string path, object body) =>
        http.PostTextAsync(path, JsonSerializer.Serialize(body));

    public static Task<HttpResponseMessage> GetAnswerAsync(this HttpClient http, string path) => http.GetAsync(new Uri(path, UriKind.Relative));

    /// <summary>The answer is an error of the one form, with this status and code.</summary>
    public static async Task<JsonElement> RefusedAsync(this HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var body = await response.JsonAsync();
        Assert.Equal((status, code), (response.StatusCode, body.GetProperty("error").GetString()));
        return body;
    }
}
