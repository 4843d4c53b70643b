using FaceMix.ServiceDefaults;
using FaceMix.Studio;

return await ServiceHost.RunAsync(() => StudioApp.Build(args));
