The libraries of Siskin's archive, with their licences. Where there are several licences, you may choose one.
Each line has the library, its licences and its address, with tabs between them. The folder licences has the texts.

<#list dependencyMap as e>
<#assign p = e.getKey()/>
<#assign licences = e.getValue()/>
<#if p.groupId != "io.siskin">
${p.groupId}:${p.artifactId}:${p.version}	<#list licences as licence>${licence}<#if licence_has_next>; </#if></#list>	${p.url!""}
</#if>
</#list>
