using EmrSim.Server.Settings;

namespace EmrSim.Server.Patients;

public static class PatientsSetup
{
    public static void AddPatients(this IServiceCollection services, ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
    }

    public static void MapPatients(this WebApplication app) => ArgumentNullException.ThrowIfNull(app);
}
