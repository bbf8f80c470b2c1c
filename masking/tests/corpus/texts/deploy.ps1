$ErrorActionPreference = "Stop"
$env:AWS_ACCESS_KEY_ID = "‹AKIAF6O05QXAIXGEELLO›"
$env:AWS_SECRET_ACCESS_KEY = "‹fVqbzUN+aj6l0gb1Qr9cGcbXQAFrHU59Km+dLAyt›"
$Bucket = "‹harbor-releases›"
$AccountId = '‹343269203422›'
Write-S3Object -BucketName ‹harbor-releases› -File .\out\app.zip -Key "releases/app.zip" -Region us-west-2
Set-DefaultAWSRegion -Region us-west-2
Get-EC2Instance -InstanceId ‹i-0f59c3d28f7a7efd7› | Select-Object -ExpandProperty Instances
if ((Get-S3Bucket -BucketName $Bucket) -eq $null) { throw "no bucket" }
