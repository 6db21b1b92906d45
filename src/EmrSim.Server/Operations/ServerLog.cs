using Microsoft.Extensions.Logging.Console;

namespace EmrSim.Server.Operations;

/// <summary>One line a fact, on standard output; the framework speaks only of trouble.</summary>
public static class ServerLog
{
    public static void AddServerLog(this ILoggingBuilder logging, string level)
    {
        logging.ClearProviders();
        logging.AddConsole(static console => console.FormatterName = ServerLogLine.FormatName);
        logging.Services.AddSingleton<ConsoleFormatter, ServerLogLine>();
        var least = Level(level);
        logging.SetMinimumLevel(least);
        var framework = least < LogLevel.Information ? least : LogLevel.Warning;
        logging.AddFilter("Microsoft", framework);
        logging.AddFilter("System", framework);
        logging.AddFilter("Polly", framework);
        // A start that fails is told in one plain line, not as a stack.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        logging.AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.Error);
    }

    private static LogLevel Level(string name) => name switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "fatal" => LogLevel.Critical,
        _ => LogLevel.Information,
    };
}
