using System.Diagnostics;
using System.Globalization;
using EmrSim.Server.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace EmrSim.Server.Operations;

/// <summary>One fact on one line, with the request and the trace that it belongs to.</summary>
internal sealed class ServerLogLine(TimeProvider clock) : ConsoleFormatter(FormatName)
{
    public const string FormatName = "emrsim";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ ", CultureInfo.InvariantCulture));
        textWriter.Write(Word(logEntry.LogLevel));
        textWriter.Write(": ");
        textWriter.Write(logEntry.Category);
        textWriter.Write(string.Create(CultureInfo.InvariantCulture, $"[{logEntry.EventId.Id}] "));
        textWriter.Write(logEntry.Formatter(logEntry.State, logEntry.Exception).ReplaceLineEndings(" "));
        if (RequestId.Current is { } request)
        {
            textWriter.Write(" request=");
            // A caller chooses it: it must not look like another field.
            textWriter.Write(request.Contains(' ', StringComparison.Ordinal) ? $"\"{request.Replace('"', '\'')}\"" : request);
            if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } span)
            {
                textWriter.Write(" trace=");
                textWriter.Write(span.TraceId.ToHexString());
            }
        }

        if (logEntry.Exception is { } exception)
        {
            textWriter.Write(' ');
            textWriter.Write(exception.ToString().ReplaceLineEndings(" "));
        }

        textWriter.Write(Environment.NewLine);
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
