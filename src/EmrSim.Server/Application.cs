using EmrSim.Server.Backups;
using EmrSim.Server.Encounters;
using EmrSim.Server.Http;
using EmrSim.Server.Limits;
using EmrSim.Server.Live;
using EmrSim.Server.Operations;
using EmrSim.Server.Page;
using EmrSim.Server.Patients;
using EmrSim.Server.Reflections;
using EmrSim.Server.Settings;
using EmrSim.Server.Status;
using EmrSim.Server.Storage;
using EmrSim.Server.Teaching;
using EmrSim.Server.Traces;
using EmrSim.Server.Transcripts;
using EmrSim.Server.Voice;

namespace EmrSim.Server;

/// <summary>The whole server, feature by feature.</summary>
public static class Application
{
    public static WebApplication Build(ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            // Settings are read once: no file is watched for them.
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = settings.Listen.EnvironmentName,
        });
        builder.WebHost.UseUrls($"http://{settings.Listen.Host}:{settings.Listen.Port}");
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(settings.Drills.Clock);
        builder.AddHttpConventions(settings);
        builder.Services.AddOperations(settings);
        builder.Services.AddTraces(settings);
        builder.Services.AddStorage(settings);
        builder.Services.AddSessionTiers(settings);
        builder.Services.AddLimits(settings);
        builder.Services.AddPatients(settings);
        builder.Services.AddEncounters(settings);
        builder.Services.AddTranscripts(settings);
        builder.Services.AddReflections();
        builder.Services.AddTeaching();
        builder.Services.AddStatus();
        builder.Services.AddLiveFeed(settings);
        builder.Services.AddVoice(settings);
        builder.Services.AddBackups(settings);

        var app = builder.Build();
        app.UseHttpConventions(settings);
        app.UsePage();
        app.MapOperations();
        app.MapPatients();
        app.MapEncounters();
        app.MapTranscripts();
        app.MapReflections();
        app.MapTeaching();
        app.MapStatus();
        app.MapLiveFeed();
        app.MapVoice();
        return app;
    }
}
