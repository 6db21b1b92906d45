using System.Net;
using System.Net.Http.Headers;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Doctor;

/// <summary>Whether voice can work; asks the voice service itself only when told to.</summary>
internal static class VoiceCheck
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public static async Task LookAsync(ServerSettings settings, bool online, Findings found, CancellationToken cancellationToken)
    {
        var voice = settings.Voice;
        if (!voice.Enabled)
        {
            found.Note("key", "voice is off (VOICE_ENABLED); encounters by text work");
            if (!online) return;
        }
        else if (voice.ApiKey is null) found.Fail("key", "voice is on, but OPENAI_API_KEY is not set", "Set OPENAI_API_KEY, or turn voice off with VOICE_ENABLED=false.");
        else found.Good("key", "OPENAI_API_KEY is set");

        if (voice.BaseUrl.Scheme != Uri.UriSchemeHttps && !voice.BaseUrl.IsLoopback) found.Warn("address", $"the key travels unencrypted to {voice.BaseUrl.Host}", "Use an https address in OPENAI_BASE_URL.");
        if (online) await AskAsync(voice, found, cancellationToken);
        else found.Note("service", $"{Shown(voice.BaseUrl)} was not asked", "Add --online to ask it.");
    }

    // What stands before the host or behind the path may be a key.
    private static string Shown(Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static async Task AskAsync(VoiceSettings voice, Findings found, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = s_patience };
        using var request = new HttpRequestMessage(HttpMethod.Get, voice.BaseUrl.AbsoluteUri.TrimEnd('/') + "/models");
        if (voice.ApiKey is { } key) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            Judge(voice, answer.StatusCode, found);
        }
        catch (HttpRequestException problem)
        {
            found.Fail("service", $"{Shown(voice.BaseUrl)} can't be reached: {problem.HttpRequestError}", "Check OPENAI_BASE_URL, name resolution, proxy and firewall of this machine.");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            found.Fail("service", $"{Shown(voice.BaseUrl)} did not answer within {s_patience.TotalSeconds} s", "Check proxy and firewall of this machine, and the status page of the service.");
        }
    }

    private static void Judge(VoiceSettings voice, HttpStatusCode status, Findings found)
    {
        var told = $"{Shown(voice.BaseUrl)} answers with {(int)status}";
        if (status == HttpStatusCode.Unauthorized) found.Fail("service", $"{told}: it does not take the key", "Set OPENAI_API_KEY to a key of this service that is still valid.");
        else if (status == HttpStatusCode.Forbidden) found.Fail("service", $"{told}: the key may not do this", "Give the key's project the right to use the realtime models.");
        else if (status == HttpStatusCode.TooManyRequests) found.Warn("service", $"{told}: the budget is used up or too much is asked", "Look at limits and billing of the service.");
        else if ((int)status >= 500) found.Warn("service", $"{told}: it has trouble of its own", "Try again in a moment; look at the status page of the service.");
        else if (status == HttpStatusCode.NotFound) found.Note("service", $"{told}: it is there, but lists no models");
        else if ((int)status is >= 300 and < 400) found.Fail("service", $"{told}: it sends callers elsewhere, where the key is not sent", "Set OPENAI_BASE_URL to the address that it leads to.");
        else if ((int)status >= 400) found.Warn("service", told, "Check OPENAI_BASE_URL: it ends with /v1.");
        else found.Good("service", told);
    }
}
