using System.Net.Mime;
using System.Text;
using EmrSim.Server.Patients.Content;
using EmrSim.Server.Patients.Routes;
using EmrSim.Server.Patients.Scripted;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Patients;

public static class PatientsSetup
{
    public static void AddPatients(this IServiceCollection services, ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton<CatalogueShelf>();
        services.AddHostedService(static all => all.GetRequiredService<CatalogueShelf>());
        services.AddSingleton(static all => new Casebook(all.GetRequiredService<CatalogueShelf>(), new ScriptedPatient(all.GetRequiredService<CatalogueShelf>())));
        services.AddSingleton(static all => new CaseKeys(all.GetRequiredService<CatalogueShelf>()));
    }

    public static void MapPatients(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapCatalogue();
        app.MapGet("/paper.css", static () => Results.Content(HtmlPage.Style, MediaTypeNames.Text.Css, Encoding.UTF8)).ExcludeFromDescription();
        app.MapGet("/media/{**path}", MediaFiles.Answer).ExcludeFromDescription();
    }
}
