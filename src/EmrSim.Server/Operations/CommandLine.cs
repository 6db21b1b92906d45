using System.CommandLine;
using System.Net.Sockets;
using EmrSim.Server.Backups;
using EmrSim.Server.Doctor;
using EmrSim.Server.Patients;
using EmrSim.Server.Settings;
using Microsoft.AspNetCore.Connections;

namespace EmrSim.Server.Operations;

/// <summary>Without arguments the program serves; each subcommand does one thing and ends.</summary>
public static class CommandLine
{
    public static Task<int> RunAsync(string[] args)
    {
        // What a server is started with: nothing to read, and no need of what reads it.
        if (args.Length == 0) return ServeAsync(CancellationToken.None);
        var root = new RootCommand("EMRsim: encounters with simulated patients. Without a command it serves.");
        root.SetAction((_, cancellationToken) => ServeAsync(cancellationToken));
        root.Subcommands.Add(SettingsCommand());
        root.Subcommands.Add(ContentCommand());
        root.Subcommands.Add(StoreCommand.Create());
        root.Subcommands.Add(HealthCommand.Create());
        root.Subcommands.Add(DoctorCommand.Create());
        root.Subcommands.Add(BackupCommand.Create());
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static Command SettingsCommand()
    {
        var command = new Command("settings", "Prints every variable with its default and meaning, as Markdown.");
        command.SetAction(_ =>
        {
            var source = new SettingsSource(new Dictionary<string, string>());
            ServerSettings.Read(source);
            SettingsTable.Write(Console.Out, source.Descriptions);
        });
        return command;
    }

    private static Command ContentCommand()
    {
        var directory = new Argument<string?>("directory") { Arity = ArgumentArity.ZeroOrOne, Description = "The content; CONTENT_DIR or the built-in content when left out." };
        var validate = new Command("validate", "Checks personas, scenarios, banks and kits. Exit code 0: sound, 1: warnings, 2: errors.") { directory };
        validate.SetAction((given, cancellationToken) => ContentValidation.RunAsync(
            given.GetValue(directory) ?? ServerSettings.Read(new SettingsSource(DotEnv.Read())).Storage.ContentDirectory,
            Console.Out,
            cancellationToken));
        return new Command("content", "Works on personas and cases.") { validate };
    }

    private static async Task<int> ServeAsync(CancellationToken cancellationToken)
    {
        var source = new SettingsSource(DotEnv.Read());
        var settings = ServerSettings.Read(source);
        if (source.Problems.Count > 0) return Refuse(source.Problems);
        try
        {
            await using var app = Application.Build(settings);
            // Before anything runs in the background, which would tell of its own end when this fails.
            await app.Services.GetRequiredService<Storage.AppDatabase>().OpenAsync(cancellationToken);
            await StartAsync(app, cancellationToken);
            await app.WaitForShutdownAsync(cancellationToken);
            return 0;
        }
        catch (IOException problem) when (problem.InnerException is AddressInUseException)
        {
            return Refuse([$"Port {settings.Listen.Port} is in use. Stop the other program or set PORT."]);
        }
        catch (SocketException problem)
        {
            return Refuse([$"{settings.Listen.Host}:{settings.Listen.Port} can't be listened on: {problem.Message}. Set HOST and PORT to an address of this machine that this user may take."]);
        }
        catch (StartRefusedException problem)
        {
            return Refuse([problem.Message]);
        }
    }

    private static async Task StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch
        {
            // The host takes for a failure what ends in the background without being told to.
            await app.StopAsync(CancellationToken.None);
            throw;
        }
    }

    private static int Refuse(IReadOnlyList<string> problems)
    {
        Console.Error.WriteLine("EMRsim can't start:");
        foreach (var problem in problems) Console.Error.WriteLine($"  {problem}");
        return 1;
    }
}

/// <summary>The server can't start as it is set up. The message is one line for the operator, without secrets.</summary>
public sealed class StartRefusedException(string message, Exception? inner = null) : Exception(message, inner);
